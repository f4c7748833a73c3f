"""What is traded: tick size, contract multiplier, currency."""

from dataclasses import dataclass

PRICE_UNITS = 1_000_000_000  # a DBN price is a whole number of 1e-9


@dataclass(frozen=True, slots=True)
class Instrument:
    """One instrument of one venue.

    Attributes:
        symbol: raw symbol, such as `ESH4`.
        instrument_id: the venue's number within `dataset`.
        dataset: Databento dataset code, such as `GLBX.MDP3`.
        tick_size_e9: smallest price step in units of 1e-9.
        multiplier: money for one point of price and one lot.
        currency: ISO code of that money.
    """

    symbol: str
    instrument_id: int
    dataset: str
    tick_size_e9: int
    multiplier: float = 1.0
    currency: str = "USD"

    @property
    def tick_size(self) -> float:
        """Smallest price step, in points."""
        return self.tick_size_e9 / PRICE_UNITS

    def to_price(self, px_ticks: float) -> float:
        """Price in points of a price in ticks."""
        return px_ticks * self.tick_size

    def to_money(self, pnl_ticks: float) -> float:
        """Money of so many tick-lots of profit."""
        return pnl_ticks * self.tick_size * self.multiplier
