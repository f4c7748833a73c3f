"""The book's depth and shape, by hand."""

import math

import numpy as np
import pytest

from hft_gym.features import depth
from hft_gym.features.interfaces import Needs, market_value
from hft_gym.features.needs import counts_for
from tests.features.samples import NO_STATE, book_of

pytestmark = pytest.mark.kernel

BIDS = [(150, 4), (148, 6), (145, 2)]
ASKS = [(152, 10), (153, 5)]


def value(feature, bids=BIDS, asks=ASKS):
    view, ladder = book_of(bids, asks)
    return market_value(feature, NO_STATE, view, ladder, 0)


def test_weights_fall_with_distance():
    bid, ask = 4 / 1 + 6 / 3 + 2 / 6, 10 / 1 + 5 / 2  # from the mid, 151
    assert value(depth.WeightedImbalance(10)) == pytest.approx((bid - ask) / (bid + ask))
    bid, ask = 4 / 1 + 6 / 3, 10 / 1 + 5 / 2
    assert value(depth.WeightedImbalance(2)) == pytest.approx((bid - ask) / (bid + ask))
    bid = 4 * math.exp(-0.5) + 6 * math.exp(-1.5) + 2 * math.exp(-3)
    ask = 10 * math.exp(-0.5) + 5 * math.exp(-1)
    assert value(depth.BookPressure(10, 2.0)) == pytest.approx((bid - ask) / (bid + ask))


def test_depth_and_its_ratio():
    assert value(depth.Depth(1, 2, 5.0)) == 2.0
    assert value(depth.Depth(-1, 9, 5.0)) == 3.0
    assert value(depth.VolumeRatio(5, 1.0)) == pytest.approx(12 / 15)
    mean = (4 * 150 + 6 * 148 + 10 * 152 + 5 * 153) / 25
    assert value(depth.WeightedPrice(2, 2.0)) == pytest.approx((mean - 151) / 2)


def test_slope_is_lots_a_tick():
    even = [(150 - k, 7) for k in range(5)]
    assert value(depth.DepthSlope(1, 5, 1.0), bids=even) == pytest.approx(7.0)
    expected = np.polyfit([0, 2, 5], [4, 10, 12], 1)[0]
    assert value(depth.DepthSlope(1, 5, 1.0)) == pytest.approx(expected)
    assert value(depth.DepthSlope(-1, 1, 1.0)) == 0.0  # one level has no slope


@pytest.mark.parametrize(
    ("side", "level", "gap"), [(1, 1, 2), (1, 2, 3), (1, 3, 0), (-1, 1, 1), (-1, 2, 0), (-1, 5, 0)]
)
def test_gaps(side, level, gap):
    assert value(depth.LevelGap(side, level, 1.0)) == gap


def test_numbers_of_orders():
    view, ladder = book_of(BIDS, ASKS)
    view["places"], view["rows"] = ladder.size, 1
    orders, _left = counts_for([Needs(orders=True)], view)
    orders[300], orders[296], orders[305] = 2, 1, 5
    found = [
        market_value(feature, NO_STATE, view, ladder, 0)
        for feature in (
            depth.OrderCount(1, 4.0),
            depth.OrderCount(-1, 4.0),
            depth.OrderCountImbalance(1),
            depth.OrderCountImbalance(2),
            depth.MeanOrderSize(1, 1.0),
            depth.MeanOrderSize(-1, 1.0),
        )
    ]
    assert found == pytest.approx([0.5, 1.25, (2 - 5) / 7, (3 - 5) / 8, 2.0, 2.0])


def test_without_two_sides_there_is_nothing_to_say():
    view, ladder = book_of(BIDS, ASKS)
    view["is_two_sided"] = False
    for feature in (depth.WeightedImbalance(), depth.Depth(1), depth.LevelGap(1)):
        assert market_value(feature, NO_STATE, view, ladder, 0) == 0.0
