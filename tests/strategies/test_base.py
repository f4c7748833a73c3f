"""Wanted prices become the nearest action that the touch allows."""

import numpy as np

from hft_gym.strategies.base import ASK, BID, has_touch, offset_behind_touch, quotes_at
from tests.strategies.views import view_of


def test_offset_counts_ticks_away_from_the_touch() -> None:
    touch = np.array([100, 100, 100], np.int32)
    assert offset_behind_touch(touch, [100, 98, 95], BID, 6).tolist() == [0, 2, 5]
    assert offset_behind_touch(touch, [100, 102, 105], ASK, 6).tolist() == [0, 2, 5]


def test_a_price_inside_or_through_the_spread_joins_the_touch() -> None:
    touch = np.array([100, 100], np.int32)
    assert offset_behind_touch(touch, [101, 500], BID, 6).tolist() == [0, 0]
    assert offset_behind_touch(touch, [99, -500], ASK, 6).tolist() == [0, 0]


def test_a_price_too_deep_rests_at_the_deepest_offset() -> None:
    assert offset_behind_touch(np.array([100], np.int32), [12.0], BID, 4).tolist() == [3]


def test_quotes_are_bid_then_ask() -> None:
    view = view_of(2, ask_ticks=[101, 103])
    actions = quotes_at(view, [99.0, 100.0], [104.0, 103.0], 6)
    assert actions.dtype == np.int64
    assert actions.tolist() == [[1, 3], [0, 0]]


def test_no_quote_while_a_side_is_empty() -> None:
    view = view_of(3, bid_lots=[5, 0, 5], ask_lots=[5, 5, 0])
    assert has_touch(view).tolist() == [True, False, False]
    assert quotes_at(view, 99.0, 102.0, 6).tolist() == [[1, 1], [6, 6], [6, 6]]
