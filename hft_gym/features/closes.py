"""Features of the mid at the ends of bars: returns, momentum, averages.

The close of a bar is the mid as known at its end. Until there are closes enough, the value is 0.
"""

import math
from typing import NamedTuple

import numpy as np

from hft_gym.features.decay import add_faded, faded
from hft_gym.features.interfaces import Ladder, Needs, State, market_value, on_bar, on_packet
from hft_gym.features.price import mid_change_ticks
from hft_gym.features.rings import held, latest, push
from hft_gym.features.touch import mid_ticks
from hft_gym.kernel.jit import kernel


@kernel
def log_return(now_ticks: float, before_ticks: float) -> float:
    """Log of the ratio of two prices; 0 where one is not above 0."""
    if now_ticks <= 0.0 or before_ticks <= 0.0:
        return 0.0
    return math.log(now_ticks / before_ticks)


@kernel
def relative_change(now_ticks: float, before_ticks: float) -> float:
    """(now - before) / before; 0 where there is nothing to divide by."""
    return (now_ticks - before_ticks) / before_ticks if before_ticks != 0.0 else 0.0


class Return(NamedTuple):
    """Log return from the close `bars` bars before the latest one to the mid now.

    In units of `scale_bps` (1e-4).
    """

    bars: int = 1
    bar_s: float = 1.0
    scale_bps: float = 1.0

    def needs(self) -> Needs:
        """A ring of closes."""
        return Needs(2 + self.bars, self.bar_s)


@on_bar.implement(Return)
def _return_on_bar(
    feature: Return, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    push(state, 0, feature.bars + 1, mid_ticks(view))


@market_value.implement(Return)
def _return_value(
    feature: Return, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    size = feature.bars + 1
    if held(state, 0, size) < size:
        return 0.0
    before = latest(state, 0, size, feature.bars)
    return 1e4 * log_return(mid_ticks(view), before) / feature.scale_bps


class PriceMomentum(NamedTuple):
    """(last - first) / first of the last `window` closes, in units of `scale_bps` (1e-4)."""

    window: int = 10
    bar_s: float = 1.0
    scale_bps: float = 1.0

    def needs(self) -> Needs:
        """A ring of closes."""
        return Needs(1 + self.window, self.bar_s)


@on_bar.implement(PriceMomentum)
def _momentum_on_bar(
    feature: PriceMomentum, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    push(state, 0, feature.window, mid_ticks(view))


@market_value.implement(PriceMomentum)
def _momentum_value(
    feature: PriceMomentum, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    window = feature.window
    if held(state, 0, window) < window:
        return 0.0
    last, first = latest(state, 0, window, 0), latest(state, 0, window, window - 1)
    return 1e4 * relative_change(last, first) / feature.scale_bps


class RateOfChange(NamedTuple):
    """100 x (close - close `bars` bars before) / the latter, in units of `scale_percent`."""

    bars: int = 12
    bar_s: float = 5.0
    scale_percent: float = 0.02

    def needs(self) -> Needs:
        """A ring of closes."""
        return Needs(2 + self.bars, self.bar_s)


@on_bar.implement(RateOfChange)
def _rate_on_bar(
    feature: RateOfChange, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    push(state, 0, feature.bars + 1, mid_ticks(view))


@market_value.implement(RateOfChange)
def _rate_value(
    feature: RateOfChange, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    size = feature.bars + 1
    if held(state, 0, size) < size:
        return 0.0
    now, before = latest(state, 0, size, 0), latest(state, 0, size, feature.bars)
    return 100.0 * relative_change(now, before) / feature.scale_percent


class Acceleration(NamedTuple):
    """Relative change over the last `bars` bars less that over the `bars` bars before them.

    In units of `scale_bps` (1e-4).
    """

    bars: int = 10
    bar_s: float = 1.0
    scale_bps: float = 1.0

    def needs(self) -> Needs:
        """A ring of closes."""
        return Needs(2 + 2 * self.bars, self.bar_s)


@on_bar.implement(Acceleration)
def _acceleration_on_bar(
    feature: Acceleration, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    push(state, 0, 2 * feature.bars + 1, mid_ticks(view))


@market_value.implement(Acceleration)
def _acceleration_value(
    feature: Acceleration, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    size = 2 * feature.bars + 1
    if held(state, 0, size) < size:
        return 0.0
    middle = latest(state, 0, size, feature.bars)
    late = relative_change(latest(state, 0, size, 0), middle)
    early = relative_change(middle, latest(state, 0, size, size - 1))
    return 1e4 * (late - early) / feature.scale_bps


class EmaDeviation(NamedTuple):
    """Mid now less the exponential average of the closes, in units of `scale_ticks`.

    The average begins with the first close and gives each later one the weight 2 / (`span` + 1).
    """

    span: int = 20
    bar_s: float = 1.0
    scale_ticks: float = 4.0

    def needs(self) -> Needs:
        """The average and whether there is one."""
        return Needs(2, self.bar_s)


@on_bar.implement(EmaDeviation)
def _ema_on_bar(
    feature: EmaDeviation, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    mid = mid_ticks(view)
    weight = 2.0 / (feature.span + 1.0) if state[1] > 0.0 else 1.0
    state[0] += weight * (mid - state[0])
    state[1] = 1.0


@market_value.implement(EmaDeviation)
def _ema_value(
    feature: EmaDeviation, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return (mid_ticks(view) - state[0]) / feature.scale_ticks if state[1] > 0.0 else 0.0


class EmaDifference(NamedTuple):
    """Fast less slow exponential average of the mid in time, in units of `scale_ticks`."""

    fast_half_life_s: float = 2.0
    slow_half_life_s: float = 20.0
    scale_ticks: float = 4.0


@on_packet.implement(EmaDifference)
def _difference_on_packet(
    feature: EmaDifference, state: State, view: np.void, ladder: Ladder
) -> None:
    if view["is_two_sided"] and view["was_two_sided"]:
        change = mid_change_ticks(view)
        if change != 0.0:
            add_faded(state[0:2], change, view["ts_local_ns"], feature.fast_half_life_s)
            add_faded(state[2:4], change, view["ts_local_ns"], feature.slow_half_life_s)


@market_value.implement(EmaDifference)
def _difference_value(
    feature: EmaDifference, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    # a faded sum of changes is the mid less its average
    above_fast = faded(state[0], int(state[1]), now_ns, feature.fast_half_life_s)
    above_slow = faded(state[2], int(state[3]), now_ns, feature.slow_half_life_s)
    return (above_slow - above_fast) / feature.scale_ticks
