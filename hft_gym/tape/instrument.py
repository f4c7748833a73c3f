"""What is traded: tick size, contract multiplier, currency, expiry, rule of matching."""

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
        expiration_ns: end of trading; None where it has none or nothing tells.
        match_algorithm: as DBN codes it: `F` is price, then time; empty where nothing tells.
        instrument_class: as DBN codes it: `F` future, `K` stock, `C` call; empty if unknown.
        asset: root or underlying, such as `ES`.
        exchange: market identifier code, such as `XCME`.
    """

    symbol: str
    instrument_id: int
    dataset: str
    tick_size_e9: int
    multiplier: float = 1.0
    currency: str = "USD"
    expiration_ns: int | None = None
    match_algorithm: str = ""
    instrument_class: str = ""
    asset: str = ""
    exchange: str = ""

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
