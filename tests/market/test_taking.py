"""How much an order can take, past others and past our own."""

import numpy as np
import pytest

from hft_gym.book.ladder import NO_PRICE
from hft_gym.market.interfaces import VenueRules
from hft_gym.market.records import MESSAGE_DTYPE, Reason, SelfTrade
from hft_gym.market.taking import consume, lots_in_reach, meets_own, take, take_past_ours
from tests.market.desk import Desk

pytestmark = pytest.mark.kernel
OLDEST, NEWEST = int(SelfTrade.CANCEL_OLDEST), int(SelfTrade.CANCEL_NEWEST)


def buy(px):
    message = np.zeros(1, MESSAGE_DTYPE)[0]
    message["side"], message["px_ticks"] = 1, px
    return message


def at_the_market(own=(), policy=OLDEST):
    """A desk whose ladder shows the book; own asks rest from slot 1 on."""
    desk = Desk(rules=VenueRules(self_trade=policy))
    for slot, (px, lots) in enumerate(own):
        desk.new(1 + slot, 1, -1, px, lots)
    desk.run(2)
    desk.touch(1, 140)
    order = desk.order(0)
    order["side"], order["px_ticks"], order["leaves_lots"] = 1, 104, 8
    return desk


def test_whether_ours_would_meet():
    desk = at_the_market([(103, 2)])
    assert [bool(meets_own(desk.me, 1, px)) for px in (102, 103, 104)] == [False, True, True]
    assert not meets_own(desk.me, -1, 1)  # we have no bid


@pytest.mark.parametrize(
    ("policy", "reach"),
    [
        (SelfTrade.CANCEL_NEWEST, 5),
        (SelfTrade.CANCEL_BOTH, 5),
        (SelfTrade.CANCEL_OLDEST, 10),
        (SelfTrade.ALLOW, 12),
    ],
)
def test_lots_in_reach(policy, reach):
    desk = at_the_market([(103, 2)])
    assert lots_in_reach(int(policy), desk.book, desk.me, buy(104), 103) == reach
    assert lots_in_reach(int(policy), desk.book, desk.me, buy(102), NO_PRICE) == 0
    consume(desk.book, desk.me, 2 * (103 - 50) + 1, 3)
    assert lots_in_reach(int(policy), desk.book, desk.me, buy(104), 103) == reach - 3


def test_take_walks_what_is_left():
    desk = at_the_market()
    consume(desk.book, desk.me, 2 * (103 - 50) + 1, 4)
    take(desk.models, desk.columns[0], desk.book, desk.me, 0, 103, 9)
    assert desk.position == (6, -103 - 5 * 104)
    assert desk.me["consumed_lots"] == 10


def test_ours_before_the_touch():
    desk = at_the_market([(102, 2)])
    reason = take_past_ours(desk.models, desk.columns[0], desk.book, desk.me, 0, 103, 9)
    assert reason == Reason.ACCEPTED
    assert desk.position == (8, -5 * 103 - 3 * 104)
    assert desk.leaves(1) == [0]  # the oldest went


def test_the_newest_stops_where_ours_stands():
    desk = at_the_market([(103, 2)], NEWEST)
    reason = take_past_ours(desk.models, desk.columns[0], desk.book, desk.me, 0, 103, 9)
    assert reason == Reason.SELF_TRADE
    assert desk.position == (5, -5 * 103)
    assert desk.leaves(0, 1) == [3, 2]
