"""The slow twin of `hft_gym.market.positions`: one position by average cost, in fractions."""

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class NaiveAccount:
    """A position told by its cases: new, added to, reduced, closed, turned over."""

    quantity: int = 0
    entry: Fraction = Fraction(0)
    realised: Fraction = Fraction(0)
    fees: Fraction = Fraction(0)
    partial_closes: int = 0
    trades: list[tuple[int, int, Fraction]] = field(default_factory=list)

    def trade(self, side: int, lots: int, px: int, fee: Fraction) -> Fraction:
        """Book a trade; what it has realised, before its fee."""
        self.fees += fee
        self.trades.append((side, lots, Fraction(px)))
        old, new = self.quantity, self.quantity + side * lots
        gained = Fraction(0)
        if old == 0:
            self.entry = Fraction(px)
        elif (old > 0) == (side > 0):
            self.entry = (self.entry * abs(old) + px * lots) / abs(new)
        else:
            closed = min(abs(old), lots)
            gained = (px - self.entry) * closed * (1 if old > 0 else -1)
            self.partial_closes += closed < abs(old)
            if lots > abs(old):
                self.entry = Fraction(px)
            elif new == 0:
                self.entry = Fraction(0)
        self.quantity = new
        self.realised += gained
        return gained

    def unrealised(self, mark: Fraction) -> Fraction:
        """What closing at the mark would realise."""
        return (mark - self.entry) * self.quantity

    def cash(self) -> Fraction:
        """Money in the till, before fees."""
        return sum((-side * lots * px for side, lots, px in self.trades), Fraction(0))
