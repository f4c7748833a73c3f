"""What makes a fill believable, case by case.

Book: best bid 100 x 5 lots, best ask 103 x 5, 104 x 5, unless said otherwise; prices in ticks,
times in ms. A case that this exchange got wrong would be a free fill for an agent to live on.
"""

import numpy as np
import pytest

from hft_gym.envs.episode import settle
from hft_gym.envs.records import ENV_DTYPE
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import VenueRules
from hft_gym.market.records import (
    Action,
    Event,
    OrderType,
    Reason,
    SelfTrade,
    TimeInForce,
    WhenCrossed,
)
from hft_gym.tape.rows import Flag, Kind
from tests.dbn_files import LAST, SNAPSHOT, mbo
from tests.market.desk import MS, DbnDesk, Desk
from tests.random_tapes import START_NS
from tests.tape.resolving import queues_after

pytestmark = pytest.mark.kernel

MARKET, IOC, FOK, DAY = OrderType.MARKET, TimeInForce.IOC, TimeInForce.FOK, TimeInForce.DAY
ALONE = [(1, 98, 1), (-1, 103, 5)]  # nobody else at our price of 100


def test_case_01_inside_the_spread_fills_first_at_its_own_price():
    desk = Desk()
    desk.new(0, 1, 1, 101)
    desk.trade(2, 100, 1, [(desk.keys[100], 1)])
    desk.run(3)
    assert desk.position == (1, -101)


def test_case_02_alone_at_its_price_fills_when_trades_go_below():
    desk = Desk()
    desk.new(0, 1, 1, 100)
    desk.trade(2, 100, 5, [(desk.keys[100], 5)])
    desk.run(2.5)
    assert desk.position == (0, 0)
    desk.trade(3, 99, 2)
    desk.run(4)
    assert desk.position == (1, -100)


def test_case_03_one_lot_traded_fills_one_lot():
    desk = Desk(book=ALONE)
    desk.new(0, 1, 1, 100, lots=100)
    desk.add(1.5, 1, 100, 3)  # behind us
    desk.trade(2, 100, 1)
    desk.run(3)
    assert desk.position == (1, -100)
    assert desk.leaves(0) == [99]


@pytest.mark.parametrize("others", [0, 6, 60])
def test_case_04_unrelated_orders_change_nothing(others):
    desk = Desk()
    desk.new(0, 1, 1, 101)
    for k in range(others):
        desk.new(1 + k, 1, -1, 105 + k % 44)
    desk.trade(2, 100, 1, [(desk.keys[100], 1)])
    desk.run(3)
    assert desk.position == (1, -101)
    assert desk.leaves(*range(1, others + 1)) == [1] * others


def test_case_05_immediate_or_cancel_walks_the_levels():
    desk = Desk(fees=PerLot(0.0, 0.5))
    desk.new(0, 1, 1, 104, lots=50, time_in_force=IOC)
    desk.run(2)
    assert desk.position == (10, -5 * 103 - 5 * 104)
    assert desk.me["fees_microticks"] == 10 * 500_000
    assert desk.told(Event.FILLED) == [(Reason.TAKEN, 103, 5), (Reason.TAKEN, 104, 5)]
    assert desk.told(Event.CANCELLED) == [(Reason.IMMEDIATE_REST, 104, 40)]
    assert desk.leaves(0) == [0]


@pytest.mark.parametrize(("lots", "filled"), [(10, 10), (11, 0)])
def test_case_05_fill_or_kill_takes_all_or_nothing(lots, filled):
    desk = Desk()
    desk.new(0, 1, 1, 104, lots=lots, time_in_force=FOK)
    desk.run(2)
    assert desk.position[0] == filled
    rejected = [] if filled else [(Reason.NOT_ENOUGH_LOTS, 104, 11)]
    assert desk.told(Event.REJECTED) == rejected
    assert desk.leaves(0) == [0]


def test_case_06_a_market_order_into_an_empty_side_is_rejected():
    desk = Desk(book=[(1, 100, 5)])
    desk.new(0, 1, 1, 0, lots=3, order_type=MARKET)
    desk.run(2)
    assert desk.position == (0, 0)
    assert [reason for reason, _, _ in desk.told(Event.REJECTED)] == [Reason.EMPTY_SIDE]


@pytest.mark.parametrize(("collar", "filled"), [(0, 5), (1, 10), (5, 10), (6, 11)])
def test_case_06_a_market_order_stops_at_the_collar(collar, filled):
    book = [(1, 100, 5), (-1, 103, 5), (-1, 104, 5), (-1, 109, 5)]
    desk = Desk(book=book, rules=VenueRules(collar_ticks=collar))
    desk.new(0, 1, 1, 0, lots=11, order_type=MARKET)
    desk.run(2)
    assert desk.position[0] == filled
    assert desk.leaves(0) == [0]
    rest = [(Reason.IMMEDIATE_REST, 103 + collar, 11 - filled)] if filled < 11 else []
    assert desk.told(Event.CANCELLED) == rest


def test_case_07_a_modify_into_the_other_side_takes_or_is_rejected():
    desk = Desk()
    desk.new(0, 1, 1, 100, lots=2)
    desk.modify(0, 2, 104, 2, post_only=True)
    desk.run(2.5)
    assert desk.position == (0, 0)
    assert (desk.order(0)["px_ticks"], desk.leaves(0)) == (100, [2])  # stays as it was
    assert desk.told(Event.REJECTED) == [(Reason.POST_ONLY_WOULD_TAKE, 100, 2)]
    desk.modify(0, 3, 104, 2)
    desk.run(4)
    assert desk.position == (2, -2 * 103)


@pytest.mark.parametrize("action", [Action.CANCEL, Action.MODIFY])
def test_case_08_too_late_for_a_filled_order(action):
    desk = Desk(response_ms=20)
    desk.new(0, 1, 1, 101)
    desk.trade(4, 100, 1, [(desk.keys[100], 1)])
    desk.say(action, 0, 5, 1, 102, 1)  # we don't know of the fill yet
    desk.trade(6, 100, 1, [(desk.keys[100], 1)])
    desk.run(7)
    assert desk.answers() == [Reason.ACCEPTED, Reason.FILLED, Reason.TOO_LATE]
    desk.run(40)
    assert desk.position == (1, -101)
    assert desk.me["known_position_lots"] == 1  # booked once


def test_case_09_a_dbn_cancel_of_part_leaves_the_rest_in_its_place(tmp_path):
    rows = [("A", "B", 1, 100, 5, LAST), ("A", "A", 2, 103, 5, LAST), ("A", "B", 3, 100, 4, LAST)]
    later = [(3, "C", "B", 1, 100, 2, LAST), (5, "A", "B", 4, 90, 1, LAST)]
    queues = queues_after(mbo(*rows, *(row[1:] for row in later)), tmp_path / "queues")
    assert queues[1, 100] == [3, 4]
    desk = DbnDesk(tmp_path / "tape", *((0, *row) for row in rows), *later)
    desk.new(0, 1, 1, 100)
    desk.run(2)
    assert desk.order(0)["ahead_lots"] == 9
    desk.run(4)
    assert desk.order(0)["ahead_lots"] == 7


def test_case_10_unknown_ids_and_duplicates_are_counted_and_skipped(tmp_path):
    desk = DbnDesk(
        tmp_path,
        (0, "A", "B", 1, 100, 5, LAST),
        (0, "A", "A", 2, 103, 5, LAST),
        (2, "C", "B", 77, 100, 2, LAST),
        (2, "M", "B", 78, 100, 2, LAST),
        (2, "A", "B", 1, 101, 9, LAST),
        (3, "T", "A", 0, 100, 5, 0),
        (3, "F", "B", 1, 100, 5, 0),
        (3, "C", "B", 1, 100, 5, LAST),
        (4, "T", "A", 0, 100, 1, LAST),
        (5, "A", "B", 4, 90, 1, LAST),
    )
    desk.new(0, 1, 1, 100)
    desk.run(6)
    assert desk.position == (1, -100)  # the replay went on
    anomalies = desk.resolver.anomalies
    names = ("unknown_cancel", "unknown_modify", "duplicate_add")
    assert [anomalies.get(name, 0) for name in names] == [1, 1, 1]


def test_case_11_a_snapshot_loads_orders_with_their_priority(tmp_path):
    flags = SNAPSHOT | 8
    desk = DbnDesk(
        tmp_path,
        (0, "A", "B", 11, 100, 2, flags),
        (0, "A", "B", 12, 100, 3, flags),
        (0, "A", "A", 13, 103, 5, flags | LAST),
        (2, "C", "B", 11, 100, 2, LAST),  # the first of the snapshot leaves
        (3, "A", "B", 14, 100, 7, LAST),  # one comes behind us
        (4, "C", "B", 14, 100, 7, LAST),
        (6, "A", "B", 15, 90, 1, LAST),
    )
    desk.new(0, 1, 1, 100)
    desk.run(1.5)
    assert desk.order(0)["ahead_lots"] == 5
    desk.run(3.5)
    assert desk.order(0)["ahead_lots"] == 3
    desk.run(5)
    assert desk.order(0)["ahead_lots"] == 3


def test_case_12_a_partial_fill_is_known_after_the_response_latency():
    desk = Desk(response_ms=3, book=ALONE)
    desk.new(0, 1, 1, 100, lots=10)
    desk.trade(2, 100, 2)
    desk.run(4.9)
    assert (desk.me["position_lots"], desk.me["known_position_lots"]) == (2, 0)
    assert desk.leaves(0) == [8]
    assert desk.me["intents"][0]["leaves_lots"] == 10
    desk.run(5)
    assert desk.me["known_position_lots"] == 2
    assert desk.me["intents"][0]["leaves_lots"] == 8


def test_case_13_own_orders_at_one_price_fill_in_their_order():
    desk = Desk()
    for slot in (2, 0, 1):
        desk.new(slot, 1, 1, 100)
    desk.trade(2, 100, 6, [(desk.keys[100], 5)])
    desk.run(3)
    assert desk.position == (1, -100)
    assert desk.leaves(2, 0, 1) == [0, 1, 1]


def test_case_13_an_order_that_came_back_stands_behind():
    desk = Desk()
    for slot in (2, 0, 1):
        desk.new(slot, 1, 1, 100)
    desk.modify(2, 2, 100, 2)  # larger: to the back
    desk.trade(3, 100, 7, [(desk.keys[100], 5)])
    desk.run(4)
    assert desk.leaves(2, 0, 1) == [2, 0, 0]


@pytest.mark.parametrize(
    ("policy", "leaves", "fills"),
    [
        (SelfTrade.CANCEL_NEWEST, [0, 1], 0),
        (SelfTrade.CANCEL_OLDEST, [1, 0], 0),
        (SelfTrade.CANCEL_BOTH, [0, 0], 0),
        (SelfTrade.ALLOW, [0, 0], 2),
    ],
)
def test_case_14_own_orders_that_would_meet(policy, leaves, fills):
    desk = Desk(rules=VenueRules(self_trade=int(policy)))
    desk.new(1, 1, -1, 101)
    desk.new(0, 2, 1, 102)
    desk.run(3)
    assert desk.position == (0, 0)
    assert desk.leaves(0, 1) == leaves
    assert len(desk.told(Event.FILLED)) == fills
    reasons = [reason for reason, _, _ in desk.told(Event.REJECTED, Event.CANCELLED)]
    assert reasons == [Reason.SELF_TRADE] * (2 - sum(leaves) - fills)


def test_case_15_a_cancel_that_loses_the_race_is_rejected():
    desk = Desk(entry_ms=2)
    desk.new(0, 1, 1, 101)
    desk.cancel(0, 5)  # arrives at 7
    desk.trade(6, 100, 1, [(desk.keys[100], 1)])
    desk.add(8, 1, 90, 1)
    desk.run(9)
    assert desk.position == (1, -101)
    assert [reason for reason, _, _ in desk.told(Event.REJECTED)] == [Reason.TOO_LATE]


def test_case_16_the_market_comes_first_in_the_same_nanosecond():
    desk = Desk(entry_ms=1)
    desk.new(0, 1, 1, 101)  # arrives at 2
    desk.trade(2, 100, 1, [(desk.keys[100], 1)])
    desk.add(3, 1, 90, 1)
    desk.run(4)
    assert desk.position == (0, 0)
    assert desk.leaves(0) == [1]


def test_case_17_trades_without_a_side_fill_nothing():
    desk = Desk()
    desk.new(0, 1, 1, 101)
    desk.trade(2, 100, 5, aggressor=0)
    desk.run(3)
    assert desk.position == (0, 0)


def test_case_18_a_clear_cancels_ours_with_the_reason_and_leaves_the_position():
    desk = Desk(book=ALONE)
    desk.new(0, 1, 1, 100, lots=3)
    desk.trade(2, 100, 1)
    desk.run(2.5)
    desk.writer.row(Kind.CLEAR, 0, 0, 0)
    desk.writer.add(1, 99, 4, Flag.SNAPSHOT)
    desk.writer.add(-1, 100, 4, Flag.SNAPSHOT)  # would cross ours, were it still there
    desk.writer.send(START_NS + 3 * MS)
    desk.run(4)
    assert desk.position == (1, -100)
    assert desk.leaves(0) == [0]
    assert desk.told(Event.CANCELLED) == [(Reason.BOOK_CLEARED, 100, 2)]
    assert desk.me["intents"][0]["reason"] == Reason.BOOK_CLEARED


def test_case_19_a_decrease_keeps_the_place_an_increase_or_a_new_price_loses_it():
    desk = Desk()
    desk.new(0, 1, 1, 100, lots=4)
    desk.add(2, 1, 100, 7)
    desk.modify(0, 3, 100, 2)
    desk.run(4)
    assert (desk.leaves(0), desk.order(0)["ahead_lots"]) == ([2], 5)
    desk.modify(0, 5, 100, 6)
    desk.run(6)
    assert (desk.leaves(0), desk.order(0)["ahead_lots"]) == ([6], 12)
    desk.add(7, 1, 99, 3)
    desk.modify(0, 8, 99, 6)
    desk.run(9)
    assert (desk.leaves(0), desk.order(0)["ahead_lots"]) == ([6], 3)


def test_case_20_lots_taken_are_gone_until_the_tape_refreshes_the_level():
    desk = Desk()
    desk.new(0, 1, 1, 103, lots=3, time_in_force=IOC)
    desk.new(1, 2, 1, 103, lots=5, time_in_force=IOC)
    desk.run(3)
    assert desk.position == (5, -5 * 103)
    desk.reduce(5, -1, 103, 5, desk.keys[103])  # the very lots we took leave the tape
    desk.add(6, -1, 103, 4)
    desk.new(2, 7, 1, 103, lots=9, time_in_force=IOC)
    desk.run(8)
    assert desk.position == (9, -9 * 103)


@pytest.mark.parametrize("flag", [Flag.CROSSED, Flag.HALTED])
@pytest.mark.parametrize("policy", WhenCrossed)
def test_case_21_orders_rest_or_are_rejected_while_nobody_trades(flag, policy):
    desk = Desk(rules=VenueRules(when_crossed=int(policy)))
    desk.new(2, 0.5, -1, 105)  # there before
    crossing = desk.writer.add(1, 103, 2, flag)
    desk.writer.send(START_NS + 1 * MS)
    desk.new(0, 2, 1, 104, lots=7)
    desk.new(1, 2.5, 1, 104, lots=7, time_in_force=IOC)  # cannot rest in any case
    desk.writer.row(Kind.TRADE, -1, 103, 50, -1, flag)
    desk.writer.send(START_NS + 3 * MS)
    desk.run(4)
    assert desk.position == (0, 0)
    assert desk.leaves(0, 1, 2) == [7 if policy == WhenCrossed.REST else 0, 0, 1]
    refused = [Reason.BOOK_CROSSED] * (1 if policy == WhenCrossed.REST else 2)
    assert [reason for reason, _, _ in desk.told(Event.REJECTED)] == refused
    desk.reduce(5, 1, 103, 2, crossing)  # the book uncrosses
    desk.run(6)
    rested = policy == WhenCrossed.REST
    assert desk.position == ((7, -5 * 103 - 2 * 104) if rested else (0, 0))


def test_case_22_at_the_end_of_the_tape_the_exchange_s_truth_counts():
    desk = Desk(entry_ms=1, response_ms=50)
    desk.new(0, 1, 1, 101)
    desk.new(1, 2, 1, 100)  # still on its way when the tape ends
    desk.trade(2.5, 100, 1, [(desk.keys[100], 1)])
    desk.run(2.5)
    assert desk.position == (1, -101)
    assert desk.me["known_position_lots"] == 0
    env = np.zeros(1, ENV_DTYPE)[0]
    env["trader"] = desk.me
    settle(env)
    trader = env["trader"]
    for name in ("position_lots", "cash_ticks", "fees_microticks"):
        assert trader[f"known_{name}"] == trader[name]
    assert trader["bid_fills"] == trader["known_position_lots"] == 1
    assert trader["message_count"] == 1  # never arrived: nobody counts it


def test_case_23_an_iceberg_does_not_move_us_and_what_passed_us_is_counted():
    desk = Desk()
    desk.new(0, 1, 1, 100)
    # 5 displayed, 3 of them trade, and 4 hidden lots with them
    desk.trade(2, 100, 3, [(desk.keys[100], 3)])
    desk.trade(2.1, 100, 2)  # nothing leaves the book: hidden lots traded, ahead of us
    desk.run(2.5)
    assert desk.order(0)["ahead_lots"] == 2
    assert desk.me["passed_lots"] == 2
    desk.add(3, 1, 100, 3)  # the refill stands behind us
    desk.run(4)
    assert desk.order(0)["ahead_lots"] == 2
    desk.trade(5, 100, 8, [(desk.keys[100], 2)])  # more than is displayed ahead: ours trades
    desk.run(6)
    assert desk.position == (1, -100)
