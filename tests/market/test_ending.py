"""Orders end unfilled, and we are told why."""

import pytest

from hft_gym.market.account import News
from hft_gym.market.ending import drop, drop_all, expire, finish
from hft_gym.market.priority import watch
from hft_gym.market.records import Event, Reason, TimeInForce
from tests.market.desk import Desk

pytestmark = pytest.mark.kernel


def desk_with_four():
    desk = Desk()
    for slot, (side, px, tif) in enumerate([(1, 99, 0), (1, 100, 1), (-1, 103, 1), (-1, 104, 0)]):
        desk.new(slot, 1, side, px, lots=2, time_in_force=TimeInForce(tif))
    desk.run(2)
    return desk, (desk.models, desk.columns[0], desk.me)


def test_one_order_goes():
    desk, arguments = desk_with_four()
    drop(*arguments, 1, 5, Reason.SELF_TRADE)
    watch(desk.me)
    assert desk.leaves(0, 1, 2, 3) == [2, 0, 2, 2]
    assert desk.told(Event.CANCELLED) == [(Reason.SELF_TRADE, 100, 2)]
    assert (desk.me["bid_high_ticks"], desk.me["day_count"]) == (99, 1)


def test_all_orders_go():
    desk, arguments = desk_with_four()
    drop_all(*arguments, 5, Reason.BOOK_CLEARED)
    assert desk.leaves(0, 1, 2, 3) == [0] * 4
    told = desk.told(Event.CANCELLED)
    assert told == [(Reason.BOOK_CLEARED, px, 2) for px in (99, 100, 104, 103)]
    assert desk.me["live_count"].tolist() == [0, 0]


def test_only_orders_for_the_day_expire():
    desk, arguments = desk_with_four()
    expire(*arguments, 5)
    assert desk.leaves(0, 1, 2, 3) == [2, 0, 0, 2]
    assert desk.told(Event.EXPIRED) == [(Reason.SESSION_OVER, px, 2) for px in (100, 103)]
    assert desk.me["day_count"] == 0


def test_the_news_tell_what_was_left():
    desk, arguments = desk_with_four()
    desk.order(0)["leaves_lots"] = 1
    finish(*arguments, 0, 5, News(int(Event.CANCELLED), int(Reason.CANCELLED), 0, 1))
    assert desk.told(Event.CANCELLED) == [(Reason.CANCELLED, 99, 1)]
    assert desk.me["responses"][0]["answers"] == 1
