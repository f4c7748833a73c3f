"""What rows of the tape do to our resting orders; see test_fidelity_cases for the rest."""

import numpy as np
import pytest

from hft_gym.market.account import crowd_of
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.tape.rows import Flag, Kind
from tests.market.desk import Desk
from tests.random_tapes import START_NS

pytestmark = pytest.mark.kernel


def test_taking_walks_the_levels_at_their_own_prices():
    desk = Desk(fees=PerLot(0.0, 0.5))
    desk.new(0, 1, 1, 104, lots=50)
    desk.run(2)
    assert desk.me["position_lots"] == 10
    assert desk.me["cash_ticks"] == -5 * 103 - 5 * 104
    assert desk.me["fees_microticks"] == 10 * 500_000
    assert desk.order(0)["leaves_lots"] == 40  # rests at its limit
    assert desk.me["taker_lots"] == 10


@pytest.mark.parametrize("flag", [Flag.CROSSED, Flag.HALTED])
def test_no_fill_from_an_auction_trade(flag):
    desk = Desk()
    desk.new(0, 1, 1, 101)
    desk.writer.row(Kind.TRADE, -1, 100, 5, -1, flag)
    desk.writer.send(START_NS + 2_000_000)
    desk.run(3)
    assert desk.me["position_lots"] == 0


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


def test_many_partial_fills_lose_nothing_on_the_way_back():
    desk = Desk(response_ms=1000, book=[(-1, 103, 5), (1, 98, 1)])
    desk.new(0, 1, 1, 100, lots=500)
    for k in range(400):
        desk.trade(2 + 0.01 * k, 100, 1)
    desk.run(20)
    assert desk.me["position_lots"] == 400
    assert desk.me["response_count"] <= crowd_of(desk.me)
    assert desk.me["known_position_lots"] == 0
    desk.run(2000)
    assert desk.me["known_position_lots"] == 400
    assert desk.me["known_cash_ticks"] == -40_000
    assert np.all(desk.me["intents"]["filled_lots"] >= 0)


def test_a_newcomer_takes_the_best_of_ours_first_and_is_used_up():
    desk = Desk()
    for slot, px in enumerate((101, 102, 101)):
        desk.new(slot, 1 + 0.1 * slot, 1, px)
    desk.add(2, -1, 101, 2)
    desk.run(3)
    assert desk.leaves(0, 1, 2) == [0, 0, 1]
    assert desk.position == (2, -102 - 101)
    assert desk.consumed[0, 2 * (101 - 50) + 1] == 2  # the newcomer's lots are gone for us


def test_credit_is_given_back_to_orders_at_every_price_of_the_packet():
    desk = Desk(book=[(-1, 103, 5), (1, 100, 5), (1, 99, 5)])
    desk.new(0, 1, 1, 100)
    desk.new(1, 1, 1, 99)
    desk.writer.row(Kind.TRADE, -1, 100, 2)
    desk.writer.row(Kind.TRADE, -1, 99, 3)  # against nobody we saw
    desk.writer.send(START_NS + 2_000_000)
    desk.run(3)
    # the print below our bid of 100 trades with it
    assert desk.leaves(0, 1) == [0, 1]
    assert desk.order(1)["ahead_lots"] == 5
    assert desk.order(1)["credit_lots"] == 0
    assert desk.me["packet_open"] == 0


def test_lots_that_leave_behind_us_or_elsewhere_change_nothing():
    desk = Desk()
    desk.new(0, 1, 1, 100)
    desk.new(1, 1, 1, 98)
    behind = desk.add(2, 1, 100, 4)
    desk.reduce(3, 1, 100, 4, behind)
    desk.reduce(3, -1, 103, 5, desk.keys[103])
    desk.run(4)
    assert desk.order(0)["ahead_lots"] == 5
    desk.reduce(5, 1, 100, 1, desk.keys[100])
    desk.run(6)
    assert [int(desk.order(k)["ahead_lots"]) for k in (0, 1)] == [4, 0]


def _print_that_passes_over(desk, order):
    """Four lots print at 100; the five that stand there are of the aggressor's owner.

    Another four came after ours; the venue reports who traded, and takes the five away.
    """
    key = desk.add(1.5, 1, 100, 4)
    desk.writer.row(Kind.TRADE, -1, 100, 4)
    desk.writer.row(Kind.FILL, 1, 100, 4, key)
    for gone, lots in ((key, 4), (desk.keys[100], 5))[::order]:
        desk.writer.row(Kind.REDUCE, 1, 100, lots, gone)
    desk.writer.send(START_NS + 2_000_000)
    desk.run(3)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("lots", [3, 6])
def test_a_print_passes_over_orders_that_the_venue_takes_away(lots, order):
    desk = Desk()
    desk.new(0, 1, 1, 100, lots=lots)
    _print_that_passes_over(desk, order)
    assert desk.position == (min(lots, 4), -100 * min(lots, 4))
    if lots > 4:
        assert desk.order(0)["ahead_lots"] == desk.order(0)["credit_lots"] == 0


def test_orders_of_ours_share_what_passes_others_over():
    desk = Desk()
    for slot in range(3):
        desk.new(slot, 1, 1, 100, lots=2)
    _print_that_passes_over(desk, 1)
    assert desk.leaves(0, 1, 2) == [0, 0, 2]


def test_an_order_that_leaves_in_another_transaction_is_not_passed_over():
    desk = Desk()
    desk.new(0, 1, 1, 100, lots=2)
    key = desk.add(1.5, 1, 100, 4)
    desk.trade(2, 100, 4, [(key, 4)])
    desk.writer.row(Kind.REDUCE, 1, 100, 5, desk.keys[100])  # the very nanosecond, another packet
    desk.writer.send(START_NS + 2_000_000)
    desk.run(3)
    assert desk.position == (0, 0)
    assert desk.order(0)["ahead_lots"] == 0
