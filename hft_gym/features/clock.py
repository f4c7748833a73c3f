"""Features of the clock, in UTC."""

import math
from typing import NamedTuple

import numpy as np

from hft_gym.features.interfaces import Ladder, State, market_value, on_trade
from hft_gym.kernel.jit import kernel

DAY_NS = 86_400_000_000_000
THURSDAY = 3  # the first of January 1970; Monday is 0


class TimeToSessionEnd(NamedTuple):
    """Seconds to the end of the tape's session, at least 0, in units of `scale_s`.

    The session is the user's, or the one found in the data; see `hft_gym.tape.session`.
    """

    scale_s: float = 3600.0


@market_value.implement(TimeToSessionEnd)
def _to_end(
    feature: TimeToSessionEnd, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return max(0.0, (view["session_end_ns"] - now_ns) * 1e-9) / feature.scale_s


@kernel
def day_angle(now_ns: int) -> float:
    """Time of the day on a circle, midnight 0."""
    return 2.0 * math.pi * (now_ns % DAY_NS) / DAY_NS


class TimeOfDaySin(NamedTuple):
    """Sine of the time of day."""


@market_value.implement(TimeOfDaySin)
def _day_sin(
    feature: TimeOfDaySin, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return math.sin(day_angle(now_ns))


class TimeOfDayCos(NamedTuple):
    """Cosine of the time of day."""


@market_value.implement(TimeOfDayCos)
def _day_cos(
    feature: TimeOfDayCos, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return math.cos(day_angle(now_ns))


class DayOfWeek(NamedTuple):
    """Days since Monday, in units of `scale_days`."""

    scale_days: float = 6.0


@market_value.implement(DayOfWeek)
def _day_of_week(
    feature: DayOfWeek, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return (now_ns // DAY_NS + THURSDAY) % 7 / feature.scale_days


class SinceLastTrade(NamedTuple):
    """Seconds since the last trade was on the tape, in units of `scale_s`; 0 before any."""

    scale_s: float = 10.0


@on_trade.implement(SinceLastTrade)
def _since_on_trade(
    feature: SinceLastTrade, state: State, view: np.void, side: int, px_ticks: int, lots: int
) -> None:
    state[0] = view["ts_local_ns"]


@market_value.implement(SinceLastTrade)
def _since_value(
    feature: SinceLastTrade, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return (now_ns - state[0]) * 1e-9 / feature.scale_s if state[0] > 0.0 else 0.0
