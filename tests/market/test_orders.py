"""Messages of ours at the exchange: where they rest, what they take, why they are refused."""

import numpy as np
import pytest

from hft_gym.market.interfaces import VenueRules
from hft_gym.market.priority import FAR
from hft_gym.market.records import Action, Event, Reason, SelfTrade, TimeInForce
from tests.market.desk import Desk

pytestmark = pytest.mark.kernel


def reasons_after(desk, ms):
    """Answers on their way at a time that a row of the tape has passed."""
    desk.add(ms, 1, 60, 1)
    desk.run(ms)
    return desk.answers()


def desk():
    return Desk(response_ms=10_000)


def test_where_our_orders_stand():
    here = Desk()
    names = ("bid_high_ticks", "ask_low_ticks", "has_several")
    assert [here.me[name] for name in names] == [-FAR, FAR, 0]
    here.new(2, 1, 1, 95)
    here.new(3, 1, -1, 110)
    here.run(2)
    assert [here.me[name] for name in (*names, "bid_slot", "ask_slot")] == [95, 110, 0, 2, 3]
    here.new(0, 3, 1, 101)
    here.run(4)
    assert [here.me[name] for name in names] == [101, 110, 1]


@pytest.mark.parametrize(
    ("side", "px", "post_only", "reason"),
    [
        (1, 100, True, Reason.ACCEPTED),
        (1, 103, True, Reason.POST_ONLY_WOULD_TAKE),
        (-1, 99, True, Reason.POST_ONLY_WOULD_TAKE),
        (1, 49, False, Reason.OUTSIDE_BAND),
        (-1, 150, False, Reason.OUTSIDE_BAND),
        (-1, 149, False, Reason.ACCEPTED),
    ],
)
def test_why_a_new_order_is_refused(side, px, post_only, reason):
    here = desk()
    here.new(0, 1, side, px, post_only=post_only)
    assert reasons_after(here, 2) == [reason]
    assert here.me["rejected"] == (reason != Reason.ACCEPTED)
    assert here.order(0)["leaves_lots"] == (reason == Reason.ACCEPTED)
    assert here.me["lots_traded"] == 0


def test_a_new_order_rests_behind_what_is_there():
    here = Desk()
    here.new(0, 1, 1, 100)
    here.add(2, 1, 100, 3)
    here.new(1, 3, 1, 100)
    here.run(4)
    assert here.order(0)["ahead_lots"] == 5
    assert here.order(1)["ahead_lots"] == 8
    assert here.order(0)["arrival_row"] < here.order(1)["arrival_row"]


def test_a_change_of_a_partly_filled_order_counts_what_filled_meanwhile():
    here = Desk(response_ms=10_000, book=[(-1, 103, 5), (1, 98, 1)])
    order_id = here.new(0, 1, 1, 100, lots=4)
    here.trade(2, 100, 3)
    here.say(Action.MODIFY, 0, 3, 1, 101, 4, order_id=order_id)  # knows of no fill
    assert reasons_after(here, 4)[-1] == Reason.ACCEPTED
    assert (here.order(0)["px_ticks"], here.order(0)["leaves_lots"]) == (101, 1)
    here.say(Action.MODIFY, 0, 5, 1, 101, 3, order_id=order_id)
    assert reasons_after(here, 6)[-1] == Reason.CANCELLED  # three lots have filled already
    assert here.order(0)["leaves_lots"] == 0
    assert here.me["position_lots"] == 3


def test_a_change_of_price_goes_to_the_back():
    here = Desk()
    order_id = here.new(0, 1, 1, 99)
    here.add(2, 1, 99, 7)
    here.say(Action.MODIFY, 0, 3, 1, 100, 1, order_id=order_id)
    here.say(Action.MODIFY, 0, 4, 1, 99, 1, order_id=order_id)
    here.run(5)
    assert here.order(0)["ahead_lots"] == 7
    assert here.me["rejected"] == 0


@pytest.mark.parametrize("action", [Action.CANCEL, Action.MODIFY])
def test_a_message_about_nothing_is_too_late(action):
    here = desk()
    here.say(action, 0, 1, 1, 100, 1, order_id=5)
    assert reasons_after(here, 2) == [Reason.TOO_LATE]
    assert here.me["rejected"] == 1


def test_a_slot_taken_anew_counts_from_nothing():
    here = Desk(book=[(-1, 103, 5), (1, 98, 1)])
    order_id = here.new(0, 1, 1, 100, lots=4)
    here.trade(2, 100, 1)
    here.say(Action.CANCEL, 0, 3, order_id=order_id)
    here.new(0, 4, 1, 99, lots=2)
    here.run(5)
    order = here.order(0)
    assert (order["filled_lots"], order["leaves_lots"], order["px_ticks"]) == (0, 2, 99)
    assert here.me["lots_traded"] == 1


def test_lots_never_come_from_nowhere():
    # a random crowd of messages: orders and position always add up
    random = np.random.default_rng(4)
    here = Desk()
    live = {}
    for step in range(120):
        slot, side = int(random.integers(0, 4)), int(random.choice([1, -1]))
        px = int(random.integers(97, 107))
        if slot in live and random.random() < 0.6:
            action = Action.CANCEL if random.random() < 0.5 else Action.MODIFY
            side = live[slot][1]
            here.say(action, slot, 1 + step, side, px, 3, order_id=live[slot][0])
        elif here.order(slot)["leaves_lots"] == 0:
            live[slot] = (here.new(slot, 1 + step, side, px, lots=3), side)
        here.run(1.5 + step)
        assert here.me["known_position_lots"] == here.me["position_lots"]
        assert (here.me["orders"]["leaves_lots"] >= 0).all()
        assert (here.consumed[0] <= here.displayed()).all()
    assert here.me["taker_lots"] == here.me["lots_traded"] == here.consumed.sum()
    assert 5 < here.me["taker_lots"] <= 15


@pytest.mark.parametrize("policy", SelfTrade)
def test_lots_of_others_that_come_first_trade_first(policy):
    # 5 @ 103 of others, then ours behind them, then 5 @ 104
    desk = Desk(rules=VenueRules(self_trade=int(policy)))
    desk.new(1, 1, -1, 103, lots=2)
    desk.new(0, 2, 1, 104, lots=8)
    desk.run(3)
    taken = {SelfTrade.CANCEL_OLDEST: [(103, 5), (104, 3)], SelfTrade.ALLOW: [(103, 5), (104, 1)]}
    fills = [(px, lots) for why, px, lots in desk.told(Event.FILLED) if why == Reason.TAKEN]
    expected = taken.get(policy, [(103, 5)])
    if policy == SelfTrade.ALLOW:
        expected = [(103, 5), (103, 2), (104, 1)]
    assert fills == expected
    assert desk.leaves(0) == [0]
    assert desk.leaves(1) == [2 if policy == SelfTrade.CANCEL_NEWEST else 0]


def test_orders_for_the_day_end_with_the_session():
    desk = Desk(end_ms=5, response_ms=1)
    desk.new(0, 1, 1, 101, lots=2, time_in_force=TimeInForce.DAY)
    desk.new(1, 2, 1, 101, lots=2)
    desk.trade(3, 100, 1, [(desk.keys[100], 1)])
    desk.trade(6, 100, 3, [(desk.keys[100], 3)])
    desk.run(7)
    assert desk.told(Event.EXPIRED) == [(Reason.SESSION_OVER, 101, 1)]
    assert desk.position == (3, -3 * 101)  # the second order lives on
    desk.new(2, 8, 1, 101, time_in_force=TimeInForce.DAY)
    desk.run(9)
    assert [reason for reason, _, _ in desk.told(Event.REJECTED)] == [Reason.SESSION_OVER]
