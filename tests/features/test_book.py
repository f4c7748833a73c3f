"""Features of the book as it stands, against numbers worked out by hand."""

import numpy as np
import pytest

from hft_gym.features.book import Imbalance, MicroPrice, Spread, depth_lots
from hft_gym.features.interfaces import market_value
from tests.features.samples import NO_LADDER, NO_STATE, view_of

pytestmark = pytest.mark.kernel


def value(feature, view, ladder=NO_LADDER):
    return market_value(feature, NO_STATE, view, ladder, 0)


@pytest.mark.parametrize(
    ("bid_lots", "ask_lots", "price"),
    [(20, 471, 14.330407), (25, 148, 14.331445), (31, 95, 14.332460)],
)
def test_weighted_mid_prices(bid_lots, ask_lots, price):
    # bid 14.33, ask 14.34, a tick of 0.01: the published weighted mids
    offset = value(MicroPrice(), view_of(1433, bid_lots, 1434, ask_lots))
    assert (1433.5 + offset) * 0.01 == pytest.approx(price, abs=5e-7)
    assert value(MicroPrice(4.0), view_of(1433, bid_lots, 1434, ask_lots)) == offset / 4


def test_spread_counts_from_one_tick():
    assert value(Spread(), view_of(100, 1, 101, 1)) == 0.0
    assert value(Spread(2.0), view_of(100, 1, 106, 1)) == 2.5


def test_imbalance_counts_levels_that_show_lots():
    ladder = np.zeros(40, np.int32)  # from price 100 on
    for px, lots in [(105, 4), (103, 6), (100, 10)]:
        ladder[2 * (px - 100)] = lots
    for px, lots in [(107, 1), (108, 2), (119, 20)]:
        ladder[2 * (px - 100) + 1] = lots
    view = view_of(105, 4, 107, 1)
    view["base_ticks"] = 100
    for levels, bid, ask in [(1, 4, 1), (2, 10, 3), (3, 20, 23), (5, 20, 23)]:
        assert value(Imbalance(levels), view, ladder) == pytest.approx((bid - ask) / (bid + ask))
    assert depth_lots(ladder, 2 * 5, -2, 2) == 10
    assert depth_lots(ladder, 2 * 20, 2, 2) == 0  # beyond the ladder


@pytest.mark.parametrize("feature", [Spread(), Imbalance(2), MicroPrice()])
def test_without_two_sides_there_is_nothing_to_say(feature):
    view = view_of(100, 3, 105, 1)
    view["is_two_sided"] = False
    assert value(feature, view) == 0.0
