"""Flow in a window, toxicity, impact and size of trades, by hand."""

import pytest

from hft_gym.features.interfaces import market_value, on_bar, on_trade
from hft_gym.features.trades import KyleLambda, TradeSizePercentile, Vpin, WindowTradeFlow
from tests.features.samples import NO_LADDER, state_for, view_of

pytestmark = pytest.mark.kernel

VIEW = view_of(100, 5, 102, 5)


def traded(feature, state, trades):
    for side, lots in trades:
        on_trade(feature, state, VIEW, side, 101, lots)
    return market_value(feature, state, VIEW, NO_LADDER, 0)


def test_the_window_moves_by_bars():
    feature = WindowTradeFlow(bars=2, bar_s=1.0, scale_lots=1.0)
    state = state_for(feature)
    found = []
    for lots in (1, 10, 100, 1_000):
        found.append(traded(feature, state, [(1, 3 * lots), (-1, 2 * lots), (0, 50)]))
        on_bar(feature, state, VIEW, NO_LADDER, 0)
    assert found == [1, 11, 111, 1_110]


def test_vpin_by_buckets_of_equal_volume():
    feature = Vpin(bucket_lots=10, buckets=2)
    state = state_for(feature)
    assert traded(feature, state, [(1, 9)]) == 0.0  # no bucket is full
    assert traded(feature, state, [(-1, 4)]) == pytest.approx(0.8)  # 9 against 1; 3 are left
    assert traded(feature, state, [(0, 99), (1, 17)]) == pytest.approx((4 + 10) / 20)
    assert traded(feature, state, [(-1, 30)]) == pytest.approx(1.0)


def test_impact_is_the_slope_of_moves_on_flow():
    feature = KyleLambda(bars=5, bar_s=1.0, scale_ticks=0.1)
    state, bid = state_for(feature), 1_000
    on_bar(feature, state, view_of(bid, 1, bid + 2, 1), NO_LADDER, 0)
    for flow in (10, -20, 5, 30, -15, 25, -10):
        traded(feature, state, [(1 if flow > 0 else -1, abs(flow))])
        bid += flow // 5  # 0.2 ticks a lot
        on_bar(feature, state, view_of(bid, 1, bid + 2, 1), NO_LADDER, 0)
    assert market_value(feature, state, VIEW, NO_LADDER, 0) == pytest.approx(2.0)
    for _ in range(5):  # without flow there is nothing to learn from
        on_bar(feature, state, view_of(bid, 1, bid + 2, 1), NO_LADDER, 0)
    assert market_value(feature, state, VIEW, NO_LADDER, 0) == 0.0


def test_size_among_the_latest():
    feature = TradeSizePercentile(window=4)
    state = state_for(feature)
    sizes = [(1, 5), (-1, 3), (1, 5), (0, 99), (1, 9), (-1, 4), (1, 1)]
    found = [traded(feature, state, [trade]) for trade in sizes]
    assert found == [1.0, 0.5, 1.0, 1.0, 1.0, 0.5, 0.25]
