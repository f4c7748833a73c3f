"""Features of the trades: flow in a window, toxicity, price impact, size."""

from typing import NamedTuple

import numpy as np

from hft_gym.features.interfaces import Ladder, Needs, State, market_value, on_bar, on_trade
from hft_gym.features.rings import held, latest, push, regression_slope
from hft_gym.features.touch import mid_ticks


class WindowTradeFlow(NamedTuple):
    """Lots bought less lots sold by aggressors in the last `bars` bars and the one under way.

    In units of `scale_lots`.
    """

    bars: int = 10
    bar_s: float = 1.0
    scale_lots: float = 50.0

    def needs(self) -> Needs:
        """The flow of the bar under way, then a ring."""
        return Needs(2 + self.bars, self.bar_s)


@on_trade.implement(WindowTradeFlow)
def _window_on_trade(
    feature: WindowTradeFlow, state: State, view: np.void, side: int, px_ticks: int, lots: int
) -> None:
    state[0] += side * lots


@on_bar.implement(WindowTradeFlow)
def _window_on_bar(
    feature: WindowTradeFlow, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    push(state, 1, feature.bars, state[0])
    state[0] = 0.0


@market_value.implement(WindowTradeFlow)
def _window_value(
    feature: WindowTradeFlow, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    total = state[0]
    for back in range(held(state, 1, feature.bars)):
        total += latest(state, 1, feature.bars, back)
    return total / feature.scale_lots


class Vpin(NamedTuple):
    """Volume-synchronised probability of informed trading, in [0, 1].

    Mean of |bought - sold| / `bucket_lots` over the last `buckets` full buckets of equal volume, by
    true aggressors; Easley, Lopez de Prado and O'Hara (2012), Review of Financial Studies 25(5).
    """

    bucket_lots: int = 100
    buckets: int = 50

    def needs(self) -> Needs:
        """Lots bought and sold in the bucket under way, then a ring."""
        return Needs(3 + self.buckets)


@on_trade.implement(Vpin)
def _vpin_on_trade(
    feature: Vpin, state: State, view: np.void, side: int, px_ticks: int, lots: int
) -> None:
    if side == 0:
        return
    mine = 0 if side > 0 else 1
    left = float(lots)
    while left > 0.0:
        taken = min(left, feature.bucket_lots - state[0] - state[1])
        state[mine] += taken
        left -= taken
        if state[0] + state[1] >= feature.bucket_lots:
            push(state, 2, feature.buckets, abs(state[0] - state[1]))
            state[0] = state[1] = 0.0


@market_value.implement(Vpin)
def _vpin_value(feature: Vpin, state: State, view: np.void, ladder: Ladder, now_ns: int) -> float:
    count = held(state, 2, feature.buckets)
    if count == 0:
        return 0.0
    total = 0.0
    for back in range(count):
        total += latest(state, 2, feature.buckets, back)
    return total / (count * feature.bucket_lots)


class KyleLambda(NamedTuple):
    """Price impact: least-squares slope of the mid's change on signed lots, over bars.

    In units of `scale_ticks` a lot, over the last `bars` bars; Kyle (1985), Econometrica 53(6).
    """

    bars: int = 60
    bar_s: float = 1.0
    scale_ticks: float = 0.1

    def needs(self) -> Needs:
        """Flow of the bar under way, mid at its start, whether there is one, slope, two rings."""
        return Needs(4 + 2 * (self.bars + 1), self.bar_s)


@on_trade.implement(KyleLambda)
def _kyle_on_trade(
    feature: KyleLambda, state: State, view: np.void, side: int, px_ticks: int, lots: int
) -> None:
    state[0] += side * lots


@on_bar.implement(KyleLambda)
def _kyle_on_bar(
    feature: KyleLambda, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    bars, mid = feature.bars, mid_ticks(view)
    if state[2] > 0.0:
        push(state, 4, bars, state[0])
        push(state, 5 + bars, bars, mid - state[1])
        state[3] = regression_slope(state, 4, 5 + bars, bars)
    state[0], state[1], state[2] = 0.0, mid, 1.0


@market_value.implement(KyleLambda)
def _kyle_value(
    feature: KyleLambda, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return state[3] / feature.scale_ticks


class TradeSizePercentile(NamedTuple):
    """Share of the last `window` trades, itself included, no larger than the latest; in [0, 1]."""

    window: int = 100

    def needs(self) -> Needs:
        """The share, then a ring."""
        return Needs(2 + self.window)


@on_trade.implement(TradeSizePercentile)
def _percentile_on_trade(
    feature: TradeSizePercentile, state: State, view: np.void, side: int, px_ticks: int, lots: int
) -> None:
    if side == 0:
        return
    push(state, 1, feature.window, float(lots))
    count, smaller = held(state, 1, feature.window), 0
    for back in range(count):
        if latest(state, 1, feature.window, back) <= lots:
            smaller += 1
    state[0] = smaller / count


@market_value.implement(TradeSizePercentile)
def _percentile_value(
    feature: TradeSizePercentile, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return state[0]
