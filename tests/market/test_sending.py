"""A message sets out, or does not."""

import pytest

from hft_gym.market.records import Action, Event, Intent, Reason
from hft_gym.market.risk.exposure import raise_asked, slot_lots
from hft_gym.market.sending import free_slot
from tests.market.desk import Desk
from tests.market.plugs import SIZES, AtMost

pytestmark = pytest.mark.kernel


def test_what_we_believe_when_it_has_left():
    desk = Desk(entry_ms=5)
    assert desk.new(-1, 1, 1, 99, lots=3) == 1
    assert desk.new(-1, 1, -1, 105) == 2
    intents = desk.me["intents"][:4]
    assert intents["state"].tolist() == [Intent.WORKING, Intent.WORKING, 0, 0]
    assert intents["side"].tolist() == [1, -1, 0, 0]
    assert intents[["px_ticks", "leaves_lots"]][0].tolist() == (99, 3)
    assert desk.told(Event.SENT) == [(Reason.ACCEPTED, 99, 3), (Reason.ACCEPTED, 105, 1)]
    desk.modify(0, 2, 98, 2)
    desk.cancel(1, 2)
    assert (intents[0]["px_ticks"], intents[0]["in_flight"]) == (98, 2)
    assert intents[1]["state"] == Intent.CANCELLING
    assert desk.me["messages_sent"] == 4


def test_as_many_orders_as_the_record_holds_on_any_side_and_level():
    desk = Desk()
    orders, _, _ = SIZES
    assert [desk.new(-1, 1, 1, 99) for _ in range(orders)] == list(range(1, orders + 1))
    assert free_slot(desk.me) == -1
    assert desk.new(-1, 1, -1, 105) == -Reason.NO_FREE_SLOT
    assert desk.new(3, 1, -1, 105) == -Reason.NO_FREE_SLOT
    desk.cancel(7, 2)
    desk.run(3)
    assert free_slot(desk.me) == 7
    assert desk.new(-1, 4, -1, 105) == orders + 1
    assert [reason for reason, _, _ in desk.told(Event.REJECTED)] == [Reason.NO_FREE_SLOT] * 2
    assert desk.me["rejected"] == 2


def test_what_cannot_be_sent():
    desk = Desk(entry_ms=50)
    assert desk.new(-1, 1, 1, 99, lots=0) == -Reason.BAD_LOTS
    assert desk.new(0, 1, 1, 99) == 1
    for _ in range(SIZES[1] - 1):
        assert desk.modify(0, 1, 98, 1) == 1
    assert desk.cancel(0, 1) == -Reason.TOO_MANY_MESSAGES
    assert desk.me["intents"][0]["state"] == Intent.WORKING


def test_our_own_limits_hold_lots_back():
    desk = Desk(risk=AtMost(2, 101))
    desk.new(-1, 1, 1, 99, lots=5)
    assert desk.new(-1, 1, 1, 101) == -Reason.OUTSIDE_BAND
    assert desk.told(Event.BREACH) == [(Reason.RISK_LIMIT, 99, 5), (Reason.OUTSIDE_BAND, 101, 1)]
    desk.run(2)
    assert desk.leaves(0) == [2]
    assert desk.me["intents"][0]["leaves_lots"] == 2
    assert desk.say(Action.MODIFY, 0, 3, 1, 101, 1) == -Reason.OUTSIDE_BAND
    assert desk.cancel(0, 4) == 1  # a cancel always goes
    desk.run(5)
    assert desk.leaves(0) == [0]
    assert desk.me["rejected"] == 2


def test_a_limit_of_nothing_has_the_usual_reason():
    desk = Desk(risk=AtMost(0, 101))
    assert desk.new(-1, 1, 1, 99) == -Reason.RISK_LIMIT
    assert desk.me["message_count"] == 0


def test_what_was_asked_of_a_former_order_does_not_count_for_the_next():
    desk = Desk()
    desk.new(0, 1, 1, 99, lots=3)
    raise_asked(desk.me, 0, 9)
    desk.modify(0, 1, 99, 9)
    assert slot_lots(desk.me, 0) == 9
    desk.cancel(0, 2)
    desk.run(4)
    assert desk.new(0, 5, 1, 99, lots=2) > 0
    assert slot_lots(desk.me, 0) == 2
