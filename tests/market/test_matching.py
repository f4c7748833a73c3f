"""The fills that a believable exchange gives, case by case; prices in ticks, times in ms."""

import numpy as np
import pytest

from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.records import Action, Reason
from hft_gym.tape.rows import Flag, Kind
from tests.market.desk import Desk
from tests.random_tapes import START_NS

pytestmark = pytest.mark.kernel


def test_inside_the_spread_fills_first_at_its_own_price():
    desk = Desk()
    desk.new(0, 1, 1, 101)
    desk.trade(2, 100, 1, [(desk.keys[100], 1)])
    desk.run(3)
    assert (desk.me["position_lots"], desk.me["cash_ticks"]) == (1, -101)


def test_trades_below_fill_an_order_left_alone():
    desk = Desk()
    desk.new(0, 1, 1, 100)
    desk.trade(2, 100, 5, [(desk.keys[100], 5)])
    desk.run(2.5)
    assert desk.me["position_lots"] == 0
    desk.trade(3, 99, 2)
    desk.run(4)
    assert (desk.me["position_lots"], desk.me["cash_ticks"]) == (1, -100)


def test_one_lot_traded_fills_one_lot():
    desk = Desk(book=[(-1, 103, 5), (1, 98, 1)])
    desk.new(0, 1, 1, 100, lots=100)
    desk.trade(2, 100, 1)
    desk.run(3)
    assert desk.me["position_lots"] == 1
    assert desk.order(0)["leaves_lots"] == 99


def test_unrelated_orders_change_nothing():
    desk = Desk()
    desk.new(0, 1, 1, 101)
    for k in (1, 2, 3):
        desk.new(k, 1, -1, 120 + k)
    desk.trade(2, 100, 1, [(desk.keys[100], 1)])
    desk.run(3)
    assert (desk.me["position_lots"], desk.me["cash_ticks"]) == (1, -101)


def test_taking_walks_the_levels_at_their_own_prices():
    desk = Desk(fees=PerLot(0.0, 0.5))
    desk.new(0, 1, 1, 104, lots=50)
    desk.run(2)
    assert desk.me["position_lots"] == 10
    assert desk.me["cash_ticks"] == -5 * 103 - 5 * 104
    assert desk.me["fees_microticks"] == 10 * 500_000
    assert desk.order(0)["leaves_lots"] == 40  # rests at its limit
    assert desk.me["taker_lots"] == 10


def test_modify_into_the_other_side_takes_or_is_refused():
    desk = Desk()
    order_id = desk.new(0, 1, 1, 100, lots=2)
    desk.say(Action.MODIFY, 0, 2, 1, 104, 2, order_id=order_id, post_only=True)
    desk.run(2.5)
    assert desk.me["position_lots"] == 0
    assert desk.order(0)["px_ticks"] == 100  # stays as it was
    desk.say(Action.MODIFY, 0, 3, 1, 104, 2, order_id=order_id)
    desk.run(4)
    assert (desk.me["position_lots"], desk.me["cash_ticks"]) == (2, -2 * 103)


@pytest.mark.parametrize("action", [Action.CANCEL, Action.MODIFY])
def test_too_late_for_a_filled_order(action):
    desk = Desk(entry_ms=2, response_ms=20)
    order_id = desk.new(0, 1, 1, 101)
    desk.trade(4, 100, 1, [(desk.keys[100], 1)])
    desk.say(action, 0, 3.5, 1, 102, 1, order_id=order_id)  # under way when the fill happens
    desk.trade(10, 100, 1, [(desk.keys[100], 1)])
    desk.run(11)
    assert desk.me["position_lots"] == 1
    assert desk.answers() == [Reason.ACCEPTED, Reason.FILLED, Reason.TOO_LATE]
    desk.run(30)
    assert desk.me["known_position_lots"] == 1  # booked once


def test_partial_cancel_ahead_keeps_places():
    desk = Desk()
    desk.new(0, 1, 1, 100)
    desk.reduce(2, 1, 100, 2, desk.keys[100])
    desk.run(3)
    assert desk.order(0)["ahead_lots"] == 3


def test_partial_fill_is_known_after_the_response_latency():
    desk = Desk(response_ms=3, book=[(-1, 103, 5), (1, 98, 1)])
    desk.new(0, 1, 1, 100, lots=10)
    desk.trade(2, 100, 2)
    desk.run(4)
    assert (desk.me["position_lots"], desk.me["known_position_lots"]) == (2, 0)
    assert desk.order(0)["leaves_lots"] == 8
    desk.run(5)
    assert desk.me["known_position_lots"] == 2


def test_own_orders_at_one_price_fill_in_their_order():
    desk = Desk()
    for slot in (2, 0, 1):
        desk.new(slot, 1, 1, 100)
    desk.trade(2, 100, 6, [(desk.keys[100], 5)])
    desk.run(3)
    assert desk.me["position_lots"] == 1
    assert [int(desk.order(s)["leaves_lots"]) for s in (2, 0, 1)] == [0, 1, 1]


def test_own_orders_never_trade_with_each_other():
    desk = Desk()
    desk.new(1, 1, -1, 101)
    desk.new(0, 2, 1, 102)
    desk.run(3)
    assert desk.me["position_lots"] == 0
    assert desk.order(0)["leaves_lots"] == 0
    assert desk.me["rejected"] == 1


def test_cancel_that_loses_the_race():
    desk = Desk(entry_ms=2)
    order_id = desk.new(0, 1, 1, 101)
    desk.say(Action.CANCEL, 0, 5, order_id=order_id)  # arrives at 7
    desk.trade(6, 100, 1, [(desk.keys[100], 1)])
    desk.add(8, 1, 90, 1)
    desk.run(9)
    assert desk.me["position_lots"] == 1
    assert desk.me["rejected"] == 1


def test_the_market_comes_first_in_the_same_nanosecond():
    desk = Desk(entry_ms=1)
    desk.new(0, 1, 1, 101)  # arrives at 2
    desk.trade(2, 100, 1, [(desk.keys[100], 1)])
    desk.add(3, 1, 90, 1)
    desk.run(4)
    assert desk.me["position_lots"] == 0
    assert desk.order(0)["leaves_lots"] == 1


def test_trades_without_a_side_fill_nothing():
    desk = Desk()
    desk.new(0, 1, 1, 101)
    desk.trade(2, 100, 5, aggressor=0)
    desk.run(3)
    assert desk.me["position_lots"] == 0


def test_clear_and_snapshot_cancel_ours_and_leave_the_position():
    desk = Desk(book=[(-1, 103, 5), (1, 98, 1)])
    desk.new(0, 1, 1, 100, lots=3)
    desk.trade(2, 100, 1)
    desk.writer.row(Kind.CLEAR, 0, 0, 0)
    desk.writer.add(1, 99, 4, Flag.SNAPSHOT)
    desk.writer.add(-1, 100, 4, Flag.SNAPSHOT)  # would cross ours, were it still there
    desk.writer.send(START_NS + 3_000_000)
    desk.run(2.5)
    assert desk.me["position_lots"] == 1
    desk.run(4)
    assert desk.me["position_lots"] == 1
    assert desk.order(0)["leaves_lots"] == 0


def test_decrease_keeps_the_place_increase_loses_it():
    desk = Desk()
    order_id = desk.new(0, 1, 1, 100, lots=4)
    desk.add(2, 1, 100, 7)
    desk.say(Action.MODIFY, 0, 3, 1, 100, 2, order_id=order_id)
    desk.run(4)
    assert (desk.order(0)["leaves_lots"], desk.order(0)["ahead_lots"]) == (2, 5)
    desk.say(Action.MODIFY, 0, 5, 1, 100, 6, order_id=order_id)
    desk.run(6)
    assert (desk.order(0)["leaves_lots"], desk.order(0)["ahead_lots"]) == (6, 12)


def test_lots_taken_are_gone_until_the_tape_refreshes_the_level():
    desk = Desk()
    desk.new(0, 1, 1, 103, lots=3)
    desk.run(2)
    desk.new(1, 3, 1, 103, lots=5)
    desk.run(4)
    assert desk.me["position_lots"] == 5
    desk.reduce(5, -1, 103, 5, desk.keys[103])  # the very lots we took leave the tape
    desk.add(6, -1, 103, 4)  # fresh lots meet what rests of ours
    desk.run(7)
    assert desk.me["position_lots"] == 8
    desk.new(2, 8, 1, 103, lots=9)
    desk.run(9)
    assert desk.me["position_lots"] == 9  # one of the four was left


@pytest.mark.parametrize("flag", [Flag.CROSSED, Flag.HALTED])
def test_nothing_arrives_while_there_is_no_trading(flag):
    desk = Desk()
    desk.writer.row(Kind.ADD, 1, 103, 2, 3, flag)
    desk.writer.send(START_NS + 1_000_000)
    desk.new(0, 2, 1, 101)
    desk.run(3)
    assert desk.order(0)["leaves_lots"] == 0
    assert desk.me["rejected"] == 1


@pytest.mark.parametrize("flag", [Flag.CROSSED, Flag.HALTED])
def test_no_fill_from_an_auction_trade(flag):
    desk = Desk()
    desk.new(0, 1, 1, 101)
    desk.writer.row(Kind.TRADE, -1, 100, 5, -1, flag)
    desk.writer.send(START_NS + 2_000_000)
    desk.run(3)
    assert desk.me["position_lots"] == 0


def test_a_trade_larger_than_displayed_does_not_move_us():
    desk = Desk()
    desk.new(0, 1, 1, 100)
    # an iceberg: 5 displayed, 8 traded, 3 of them from its hidden part, which refills behind us
    desk.trade(2, 100, 3, [(desk.keys[100], 3)])
    desk.run(2.5)
    assert desk.order(0)["ahead_lots"] == 2
    desk.add(3, 1, 100, 3)
    desk.run(4)
    assert desk.order(0)["ahead_lots"] == 2


def test_prints_against_hidden_lots_give_the_place_back():
    desk = Desk()
    desk.new(0, 1, 1, 100)
    desk.trade(2, 100, 4, [(desk.keys[100], 1)])
    desk.run(3)
    assert desk.order(0)["ahead_lots"] == 4
    assert desk.order(0)["credit_lots"] == 0


def test_a_newcomer_that_would_cross_us_trades_with_us():
    desk = Desk()
    desk.new(0, 1, 1, 102, lots=2)
    desk.add(2, -1, 101, 5)
    desk.run(3)
    assert (desk.me["position_lots"], desk.me["cash_ticks"]) == (2, -2 * 102)


def test_an_order_beyond_the_band_is_refused():
    desk = Desk()
    desk.new(0, 1, 1, 20)
    desk.run(2)
    assert desk.me["rejected"] == 1


def test_many_partial_fills_lose_nothing_on_the_way_back():
    desk = Desk(response_ms=1000, book=[(-1, 103, 5), (1, 98, 1)])
    desk.new(0, 1, 1, 100, lots=200)
    for k in range(120):
        desk.trade(2 + 0.1 * k, 100, 1)
    desk.run(20)
    assert desk.me["position_lots"] == 120
    assert desk.me["response_count"] < 48
    assert desk.me["known_position_lots"] == 0
    desk.run(2000)
    assert desk.me["known_position_lots"] == 120
    assert desk.me["known_cash_ticks"] == -12_000
    assert np.all(desk.me["intents"]["filled_lots"] >= 0)
