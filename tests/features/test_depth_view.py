"""Levels and numbers of orders, against dictionaries of a random market."""

import numpy as np
import pytest

from hft_gym.book.ladder import place_of
from hft_gym.features.depth_view import (
    LEVEL_REACH_TICKS,
    count_order,
    find_levels,
    next_place,
    orders_at,
    touch_place,
)
from hft_gym.features.interfaces import NO_ASK, NO_BID, Needs
from hft_gym.features.needs import counts_for
from hft_gym.tape.rows import Kind
from tests.features.samples import view_of
from tests.random_tapes import random_tape

pytestmark = pytest.mark.kernel


def book(levels):
    ladder = np.zeros(2 * 400, np.int32)  # from price 0 on
    for side, px, lots in levels:
        ladder[place_of(0, side, px)] = lots
    return ladder


LEVELS = [(1, 150, 4), (1, 148, 6), (1, 21, 9), (1, 20, 1), (-1, 152, 1), (-1, 153, 2)]


def test_places_that_show_lots():
    ladder = book(LEVELS)
    assert next_place(ladder, 2 * 149, -2, 10) == 2 * 148
    assert next_place(ladder, 2 * 149, -2, 1) == -1
    assert next_place(ladder, 2 * 154 + 1, 2, 10_000) == -1  # to the ladder's end
    assert next_place(ladder, -2, -2, 5) == -1


def test_levels_and_those_before():
    ladder = book(LEVELS)
    view = view_of(150, 4, 152, 1)
    view["level_count"] = 4
    find_levels(view, ladder)
    reach = 150 - LEVEL_REACH_TICKS
    assert reach == 22  # 21 lies beyond
    assert view["level_bid_ticks"][:4].tolist() == [150, 148, NO_BID, NO_BID]
    assert view["level_bid_lots"][:4].tolist() == [4, 6, 0, 0]
    assert view["level_ask_ticks"][:4].tolist() == [152, 153, NO_ASK, NO_ASK]
    assert view["level_ask_lots"][:4].tolist() == [1, 2, 0, 0]
    ladder[place_of(0, 1, 149)] = 3
    find_levels(view, ladder)
    assert view["level_bid_ticks"][:4].tolist() == [150, 149, 148, NO_BID]
    assert view["before_level_bid_ticks"][:4].tolist() == [150, 148, NO_BID, NO_BID]
    assert view["before_level_ask_lots"][:4].tolist() == [1, 2, 0, 0]
    assert (touch_place(view, 1), touch_place(view, -1)) == (300, 305)


def test_the_last_level_within_reach():
    ladder = book([(1, 200, 1), (1, 201 - LEVEL_REACH_TICKS, 2), (1, 200 - LEVEL_REACH_TICKS, 3)])
    view = view_of(200, 1, 201, 1)
    view["level_count"] = 3
    find_levels(view, ladder)
    assert view["level_bid_lots"][:3].tolist() == [1, 2, 0]


def test_orders_are_counted_as_a_book_of_orders_has_them():
    tape = random_tape(5, 1500)
    base, places = 50, 200
    view = view_of(100, 1, 101, 1)
    view["places"], view["rows"] = places, len(tape)
    kept = counts_for([Needs(orders=True)], view)
    orders = {}  # key -> [place, lots]
    several = 0
    for row in range(len(tape)):
        kind, side, lots = int(tape.kind[row]), int(tape.side[row]), int(tape.lots[row])
        key, place = int(tape.queue_key[row]), place_of(base, side, int(tape.px_ticks[row]))
        count_order(view, kind, place, lots, key)
        if kind == Kind.ADD:
            orders[key] = [place, lots]
        elif kind == Kind.REDUCE:
            orders[key][1] -= lots
            if orders[key][1] == 0:
                del orders[key]
        elif kind == Kind.CLEAR:
            orders.clear()
        count = sum(at == place for at, _ in orders.values())
        assert orders_at(view, place) == count
        several += count > 2
    assert several > 100
    assert kept[0].sum() == len(orders)
    assert orders_at(view, places) == orders_at(view, -1) == 0
