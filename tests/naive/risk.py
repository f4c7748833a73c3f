"""The slow twin of `hft_gym.market.risk`: a bucket of tokens, a list of orders, plain sums."""

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class NaiveBucket:
    """Tokens that are earned at an even rate; a message takes one, even one that is not there."""

    burst: int
    refill_ns: int
    tokens: Fraction = Fraction(0)
    then_ns: int = 0

    def __post_init__(self) -> None:
        self.tokens = Fraction(self.burst)

    def wait(self, now_ns: int) -> None:
        """Time passes."""
        earned = Fraction(now_ns - self.then_ns, self.refill_ns)
        self.tokens = min(Fraction(self.burst), self.tokens + earned)
        self.then_ns = now_ns

    def has(self) -> bool:
        """Whether a message may leave."""
        return self.tokens >= 1

    def take(self) -> None:
        """A message leaves."""
        self.tokens -= 1


@dataclass
class NaiveOrder:
    """An order as we know it: lots that may fill, those that changes under way ask for."""

    side: int
    leaves: int
    asked: list[int] = field(default_factory=list)


def reachable(position: int, orders: list[NaiveOrder], side: int) -> int:
    """How far `side` of zero the position may come, however the orders of that side fill."""
    return side * position + sum(max([o.leaves, *o.asked]) for o in orders if o.side == side)


def allowed(
    position: int, orders: dict[int, NaiveOrder], slot: int | None, side: int, lots: int, most: int
) -> int:
    """Most lots, of those asked for, that keep every reachable position within `most`.

    `slot`: of the order that is changed; None: a new one. Tries one size after the other.
    """
    others = [o for k, o in orders.items() if k != slot]
    for size in range(lots, 0, -1):
        far = reachable(position, [*others, NaiveOrder(side, size)], side)
        shrinks = slot is not None and size <= orders[slot].leaves
        closes = far <= 0  # ends on the side from which it came, or flat
        if far <= most or shrinks or closes:
            return size
    return 0
