"""The parameters of a generated market."""

import dataclasses
import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.tape.instrument import PRICE_UNITS, Instrument

GENERATOR_VERSION = 1  # goes up whenever the same parameters would give other bytes
LOWEST_PX_TICKS = 1_000
LADDER_TICKS = 8_192  # prices that one day's book can hold
DATASET = "GLBX.MDP3"  # the reader of databento knows only the codes of its own venues
_POSITIVE = (
    "limits_per_s",
    "cancels_per_order_s",
    "short_queue_lots",
    "depth_scale_ticks",
    "excitation_s",
    "learning_s",
    "regime_mean_s",
    "drift_spell_mean_s",
    "drift_gap_mean_s",
)
# a session ends by midnight; a tape holds prices in 32 bits
_MOST = {"start_px_ticks": 2**30, "days": 10_000, "session_s": 34_200, "seed": 2**63 - 1}


@dataclass(frozen=True, slots=True)
class GeneratedMarket:
    """One future, several days, one seed. Every rate is a mean over a day of normal activity.

    Attributes:
        seed: chooses the market; every day has its own stream of random numbers.
        days: number of files, one for each business day from `start_date` on.
        session_s: length of a day, in seconds.
        start_date: first day, such as `2026-01-05`; a weekend moves to Monday.
        symbol: raw symbol.
        instrument_id: the venue's number of it.
        start_px_ticks: efficient price at the start of the first day.
        tick_size_e9: smallest price step in units of 1e-9.
        multiplier: money for one point of price and one lot.
        volatility_ticks_per_sqrt_s: of the efficient price, in the normal regime.
        regime_mean_s: mean length of a quiet, normal or busy regime.
        busy_ratio: a busy regime multiplies volatility and activity by it, a quiet one divides.
        drift_ticks_per_s: size of the drift during a spell; its sign is a coin's.
        drift_spell_mean_s: mean length of a spell.
        drift_gap_mean_s: mean time between spells.
        limits_per_s: new limit orders of both sides.
        cancels_per_order_s: cancels, for each live order.
        modifies_per_order_s: changes of size or price, for each live order.
        stale_cancels_per_order_s: cancels for each order at the touch and each tick by which the
            efficient price has come too near.
        joins_per_s: new orders that join the touch of a side while its queue is short and the
            price has not come too near.
        short_queue_lots: a queue of so many lots is not short any more.
        edge_ticks: distance from the efficient price below which an owner calls an order stale.
        depth_scale_ticks: scale of the distance of new orders (Lomax law).
        depth_tail: its tail exponent.
        opinion_ticks: spread of the owners' opinions of the price.
        informed_owner_share: of the owners, those who know the efficient price; the others believe
            the public price, and the book leans with those who know.
        learning_s: time in which the public price follows the efficient price.
        impact_ticks_per_sqrt_lot: by how much a trade of unforeseen sign moves
            the price for good.
        mean_order_lots: mean size of a limit order.
        noise_takers_per_s: market orders that know nothing.
        noise_mean_lots: mean size of theirs.
        split_tail: their parent orders have Pareto lengths of this exponent (Lillo, Mike and
            Farmer 2005: signs stay correlated with the exponent `split_tail - 1`).
        informed_takers_per_s_tick: market orders for each tick by which the efficient price is
            beyond the touch.
        informed_threshold_ticks: their fee: what they must gain at least.
        informed_size_tail: exponent of the Pareto law of their sizes.
        self_excitation: share of the events that other events set off, below 1.
        excitation_s: how long an event goes on setting off others.

    Raises:
        ConfigError: a value that makes no market.
    """

    seed: int = 1
    days: int = 8
    session_s: int = 1800
    start_date: str = "2026-01-05"
    symbol: str = "GENZ6"
    instrument_id: int = 4242
    start_px_ticks: int = 20_000
    tick_size_e9: int = 250_000_000
    multiplier: int = 50
    volatility_ticks_per_sqrt_s: float = 0.55
    regime_mean_s: float = 60.0
    busy_ratio: float = 1.5
    drift_ticks_per_s: float = 0.15
    drift_spell_mean_s: float = 15.0
    drift_gap_mean_s: float = 30.0
    limits_per_s: float = 110.0
    cancels_per_order_s: float = 0.15
    modifies_per_order_s: float = 0.04
    stale_cancels_per_order_s: float = 2.0
    joins_per_s: float = 60.0
    short_queue_lots: float = 20.0
    edge_ticks: float = 0.6
    depth_scale_ticks: float = 6.0
    depth_tail: float = 1.6
    opinion_ticks: float = 0.3
    informed_owner_share: float = 0.3
    learning_s: float = 1.0
    impact_ticks_per_sqrt_lot: float = 0.145
    mean_order_lots: float = 2.5
    noise_takers_per_s: float = 18.0
    noise_mean_lots: float = 2.5
    split_tail: float = 1.5
    informed_takers_per_s_tick: float = 6.0
    informed_threshold_ticks: float = 0.2
    informed_size_tail: float = 1.5
    self_excitation: float = 0.7
    excitation_s: float = 0.02

    def __post_init__(self) -> None:
        """Refuse nonsense before a kernel meets it."""
        for field in dataclasses.fields(self):
            _check(field.name, getattr(self, field.name), field.type)
        lowest = LOWEST_PX_TICKS + LADDER_TICKS
        _need(self.start_px_ticks >= lowest, "start_px_ticks", self.start_px_ticks, f"{lowest} up")
        for name in ("start_px_ticks", "multiplier"):  # prices and amounts are 64-bit, in 1e-9
            most = 4 * 10**18 // self.tick_size_e9
            _need(getattr(self, name) <= most, name, getattr(self, name), f"at most {most}")
        _need(self.session_s >= 10, "session_s", self.session_s, "10 seconds or more")
        _need(self.self_excitation < 0.95, "self_excitation", self.self_excitation, "below 0.95")
        share = self.informed_owner_share
        _need(share <= 1.0, "informed_owner_share", share, "0 to 1")
        _need(self.busy_ratio >= 1.0, "busy_ratio", self.busy_ratio, "1 or more")
        for name in _POSITIVE:
            _need(getattr(self, name) > 0.0, name, getattr(self, name), "above 0")
        for name in ("depth_tail", "split_tail", "informed_size_tail"):
            _need(getattr(self, name) >= 0.5, name, getattr(self, name), "0.5 or more")
        for name in ("mean_order_lots", "noise_mean_lots"):
            _need(getattr(self, name) >= 1.0, name, getattr(self, name), "1 lot or more")
        _need(0 < len(self.symbol.encode()) <= 20, "symbol", self.symbol, "1 to 20 characters")

    @property
    def instrument(self) -> Instrument:
        """What is traded."""
        return Instrument(
            symbol=self.symbol,
            instrument_id=self.instrument_id,
            dataset=DATASET,
            tick_size_e9=self.tick_size_e9,
            multiplier=float(self.multiplier),
        )

    @property
    def dates(self) -> list[date]:
        """The business days, in order."""
        first = np.datetime64(self.start_date, "D")
        return np.busday_offset(first, np.arange(self.days), roll="forward").tolist()


def _check(name: str, value: object, kind: object) -> None:
    """One field: its type, and the bounds that all fields of the type share."""
    if kind is str:
        _need(isinstance(value, str), name, value, "a text")
        if name == "start_date":
            _need(_is_date(value), name, value, "a date from 2000 to 2100 such as 2026-01-05")
        return
    number = isinstance(value, int) or (kind is float and isinstance(value, float))
    _need(number and not isinstance(value, bool), name, value, f"a number ({kind.__name__})")  # type: ignore[attr-defined]
    assert isinstance(value, int | float)
    _need(math.isfinite(value), name, value, "a finite number")
    if kind is int:
        least = 0 if name == "seed" else 1
        most = _MOST.get(name, 2**31 - 1)
        if name == "tick_size_e9":
            most = 100 * PRICE_UNITS
        _need(least <= value <= most, name, value, f"{least} to {most}")
    else:
        _need(0.0 <= value <= 1e4, name, value, "0 to 10000")


def _is_date(value: object) -> bool:
    try:
        return 2000 <= date.fromisoformat(str(value)).year <= 2100
    except ValueError:
        return False


def _need(holds: bool, name: str, value: object, wanted: str) -> None:
    if not holds:
        raise ConfigError(f"generated market: {name} is {value!r}; it must be {wanted}")
