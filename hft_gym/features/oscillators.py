"""Where the price stands within its recent range: z-score, Bollinger, RSI, Donchian, ATR, VWAP.

The close of a bar is the mid as known at its end. Until there are closes enough, the value is 0.
"""

from typing import NamedTuple

import numpy as np

from hft_gym.features.interfaces import (
    Ladder,
    Needs,
    State,
    market_value,
    on_bar,
    on_packet,
    on_trade,
)
from hft_gym.features.rings import held, latest, mean_and_std, push
from hft_gym.features.touch import mid_ticks
from hft_gym.kernel.jit import kernel


@kernel
def keep_moments(state: State, window: int, close_ticks: float) -> None:
    """Add a close to the ring at 2; keep the mean and deviation of a full ring at 0 and 1."""
    push(state, 2, window, close_ticks)
    if held(state, 2, window) == window:
        state[0], state[1] = mean_and_std(state, 2, window, window)


class PriceZ(NamedTuple):
    """(mid now - mean) / standard deviation (ddof 0) of the last `window` closes."""

    window: int = 60
    bar_s: float = 1.0

    def needs(self) -> Needs:
        """Mean, deviation and a ring of closes."""
        return Needs(3 + self.window, self.bar_s)


@on_bar.implement(PriceZ)
def _z_on_bar(feature: PriceZ, state: State, view: np.void, ladder: Ladder, end_ns: int) -> None:
    keep_moments(state, feature.window, mid_ticks(view))


@market_value.implement(PriceZ)
def _z_value(feature: PriceZ, state: State, view: np.void, ladder: Ladder, now_ns: int) -> float:
    return (mid_ticks(view) - state[0]) / state[1] if state[1] > 0.0 else 0.0


class BollingerPosition(NamedTuple):
    """Mid now within the Bollinger bands: -1 the lower, 0 the average, 1 the upper one.

    The bands lie `width` standard deviations (ddof 0) of the last `window` closes from their mean.
    """

    window: int = 20
    width: float = 2.0
    bar_s: float = 5.0

    def needs(self) -> Needs:
        """Mean, deviation and a ring of closes."""
        return Needs(3 + self.window, self.bar_s)


@on_bar.implement(BollingerPosition)
def _bollinger_on_bar(
    feature: BollingerPosition, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    keep_moments(state, feature.window, mid_ticks(view))


@market_value.implement(BollingerPosition)
def _bollinger_value(
    feature: BollingerPosition, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    if state[1] <= 0.0:
        return 0.0
    return (mid_ticks(view) - state[0]) / (feature.width * state[1])


class RelativeStrength(NamedTuple):
    """RSI of the closes as (RSI - 50) / 50, in [-1, 1]; Wilder (1978), New Concepts.

    The first `period` changes are averaged plainly, later ones by Wilder's smoothing.
    """

    period: int = 14
    bar_s: float = 5.0

    def needs(self) -> Needs:
        """Average gain and loss, changes seen, last close and whether there is one."""
        return Needs(5, self.bar_s)


@on_bar.implement(RelativeStrength)
def _rsi_on_bar(
    feature: RelativeStrength, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    mid = mid_ticks(view)
    if state[4] > 0.0:
        change = mid - state[3]
        state[2] = min(state[2] + 1.0, float(feature.period))
        state[0] += (max(change, 0.0) - state[0]) / state[2]
        state[1] += (max(-change, 0.0) - state[1]) / state[2]
    state[3], state[4] = mid, 1.0


@market_value.implement(RelativeStrength)
def _rsi_value(
    feature: RelativeStrength, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    both = state[0] + state[1]
    if state[2] < feature.period or both <= 0.0:
        return 0.0
    return (state[0] - state[1]) / both  # RSI = 100 x gain / (gain + loss)


class AverageTrueRange(NamedTuple):
    """Mean absolute change of the last `period` closes, in units of `scale_ticks`."""

    period: int = 14
    bar_s: float = 5.0
    scale_ticks: float = 2.0

    def needs(self) -> Needs:
        """The mean and a ring of closes."""
        return Needs(3 + self.period, self.bar_s)


@on_bar.implement(AverageTrueRange)
def _atr_on_bar(
    feature: AverageTrueRange, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    size = feature.period + 1
    push(state, 1, size, mid_ticks(view))
    if held(state, 1, size) == size:
        total = 0.0
        for back in range(feature.period):
            total += abs(latest(state, 1, size, back) - latest(state, 1, size, back + 1))
        state[0] = total / feature.period


@market_value.implement(AverageTrueRange)
def _atr_value(
    feature: AverageTrueRange, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return state[0] / feature.scale_ticks


class DonchianPosition(NamedTuple):
    """Mid now within the channel of the last `window` bars: -1 its low, 1 its high.

    Beyond +-1 it has broken out. A bar's high and low are those of the mid, the one that stands at
    its start included.
    """

    window: int = 20
    bar_s: float = 5.0

    def needs(self) -> Needs:
        """High and low of the bar and whether it has begun, those of the channel, two rings."""
        return Needs(5 + 2 * (self.window + 1), self.bar_s)


@kernel
def widen(state: State, mid: float) -> None:
    """Let the bar under way reach a mid."""
    begun = state[2] > 0.0
    state[0] = max(state[0], mid) if begun else mid
    state[1] = min(state[1], mid) if begun else mid
    state[2] = 1.0


@on_packet.implement(DonchianPosition)
def _donchian_on_packet(
    feature: DonchianPosition, state: State, view: np.void, ladder: Ladder
) -> None:
    if view["is_two_sided"]:
        widen(state, mid_ticks(view))


@on_bar.implement(DonchianPosition)
def _donchian_on_bar(
    feature: DonchianPosition, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    window, mid = feature.window, mid_ticks(view)
    widen(state, mid)
    push(state, 5, window, state[0])
    push(state, 6 + window, window, state[1])
    state[0] = state[1] = mid
    if held(state, 5, window) == window:
        state[3], state[4] = latest(state, 5, window, 0), latest(state, 6 + window, window, 0)
        for back in range(1, window):
            state[3] = max(state[3], latest(state, 5, window, back))
            state[4] = min(state[4], latest(state, 6 + window, window, back))


@market_value.implement(DonchianPosition)
def _donchian_value(
    feature: DonchianPosition, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    high, low = state[3], state[4]
    return 2.0 * (mid_ticks(view) - low) / (high - low) - 1.0 if high > low else 0.0


class VwapDeviation(NamedTuple):
    """Last trade price / volume-weighted average price - 1, in units of `scale_bps` (1e-4).

    Over all trades since the session's start.
    """

    scale_bps: float = 5.0


@on_trade.implement(VwapDeviation)
def _vwap_on_trade(
    feature: VwapDeviation, state: State, view: np.void, side: int, px_ticks: int, lots: int
) -> None:
    if view["ts_local_ns"] >= view["session_start_ns"]:
        state[0] += float(px_ticks) * lots
        state[1] += lots
        state[2] = px_ticks


@market_value.implement(VwapDeviation)
def _vwap_value(
    feature: VwapDeviation, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    if state[0] <= 0.0 or state[1] <= 0.0:
        return 0.0
    return 1e4 * (state[2] / (state[0] / state[1]) - 1.0) / feature.scale_bps
