"""What the exchange tells the journal, and that it adds up to the truth."""

import numpy as np
import pytest

from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.journal.buffer import JournalBuffer
from hft_gym.market.journal.tables import JournalTables
from hft_gym.market.positions import ACCOUNT_DTYPE, book_fill
from hft_gym.market.records import Action, Event, Intent, OrderType, Reason, TimeInForce
from hft_gym.market.risk.limits import Limits
from hft_gym.market.risk.records import RiskReason
from tests.market.desk import MS, Desk
from tests.random_tapes import START_NS

pytestmark = [pytest.mark.kernel, pytest.mark.long]


def desk_of(limits=None):
    """A desk, a millisecond from the exchange and two back, with its journal.

    Limits are for what it sends: the exchange itself is compiled without.
    """
    buffer = JournalBuffer(4096)
    desk = Desk(1, 2, fees=PerLot(0.25, 0.5))
    desk.models = desk.models._replace(journal=buffer.model())
    buffer.attach(desk.me)
    if limits is not None:
        run, plain = desk.run, desk.models

        def run_plainly(until_ms):
            desk.models = plain
            run(until_ms)
            desk.models = plain._replace(risk=limits)

        desk.run = run_plainly
    return desk, buffer


def events_of(entries):
    return [Event(int(e)).name for e in entries["event"]]


def at(entry):
    """Both clocks, in ms after the start."""
    return tuple((int(entry[name]) - START_NS) / MS for name in ("ts_exchange_ns", "ts_local_ns"))


def test_the_life_of_an_order():
    desk, buffer = desk_of()
    desk.new(0, 1, 1, 100, 4, post_only=True)
    desk.reduce(3, 1, 100, 2, desk.keys[100])
    desk.trade(5, 100, 4, resting=[(desk.keys[100], 3)])
    desk.run(6)
    desk.modify(0, 7, 99, 2)
    desk.run(11)
    desk.cancel(0, 12)
    desk.cancel(0, 12)
    desk.run(20)
    entries = buffer.entries()
    assert events_of(entries) == [
        "SENT", "ACCEPTED", "RESTED", "FILLED", "SENT", "MODIFIED", "RESTED", "SENT", "SENT",
        "CANCELLED", "REJECTED",
    ]  # fmt: skip
    sent, accepted, rested, filled, _, modified, moved, cancel, _, cancelled, late = entries
    assert (at(sent), at(accepted), at(filled)) == ((2, 1), (2, 4), (5, 7))
    assert (sent["action"], sent["post_only"], sent["lots"]) == (Action.NEW, 1, 4)
    assert rested["ahead_lots"] == 5
    # two of the five ahead were cancelled, three traded before the one lot of ours
    assert (filled["traded_ahead_lots"], filled["ahead_lots"], filled["lots"]) == (3, 0, 1)
    assert (filled["leaves_lots"], filled["filled_lots"]) == (3, 1)
    assert (filled["position_lots"], filled["cash_ticks"]) == (1, -100)
    assert (modified["px_ticks"], moved["ahead_lots"]) == (99, 0)
    assert cancel["action"] == Action.CANCEL
    assert (cancelled["lots"], cancelled["leaves_lots"]) == (modified["leaves_lots"], 0)
    assert late["reason"] == Reason.TOO_LATE
    (order,) = JournalTables(entries).orders
    assert (order["filled_lots"], order["ahead_at_arrival_lots"]) == (1, 5)


def test_an_order_that_takes():
    desk, buffer = desk_of()
    ioc = {"time_in_force": TimeInForce.IOC}
    desk.new(0, 1, 1, 104, 12, **ioc)
    desk.run(10)
    entries = buffer.entries()
    assert events_of(entries) == ["SENT", "ACCEPTED", "FILLED", "FILLED", "CANCELLED"]
    assert entries["px_ticks"][2:4].tolist() == [103, 104]
    assert entries["reason"][2:].tolist() == [Reason.TAKEN] * 2 + [Reason.IMMEDIATE_REST]
    fills = JournalTables(entries).fills
    assert fills["is_maker"].tolist() == [0, 0]
    assert fills["fees_microticks"].tolist() == [5 * 500_000] * 2


def test_what_never_left_us_has_no_time_at_the_exchange():
    desk, buffer = desk_of(Limits(order_lots=3, trims=False))
    assert desk.new(0, 1, 1, 100, 4) < 0
    assert desk.new(0, 1, 1, 100, 0) < 0
    desk.new(0, 1, 1, 100, 3)
    entries = buffer.entries()
    assert events_of(entries) == ["BREACH", "REJECTED", "SENT"]
    assert entries["reason"][:2].tolist() == [RiskReason.ORDER_LOTS, Reason.BAD_LOTS]
    assert entries["ts_exchange_ns"][:2].tolist() == [0, 0]
    assert (JournalTables(entries).orders["lots"] == 3).all()


def test_an_order_that_is_trimmed_is_a_breach_and_leaves():
    desk, buffer = desk_of(Limits(position_lots=3))
    desk.new(0, 1, 1, 100, 5)
    desk.new(1, 1, 1, 99, 1)
    entries = buffer.entries()
    assert events_of(entries) == ["BREACH", "SENT", "BREACH"]
    assert entries["lots"].tolist() == [5, 3, 1]
    assert entries["reason"][[0, 2]].tolist() == [RiskReason.POSITION_LOTS] * 2


def random_run(desk, seed, steps=120):
    """Every kind of order at random in a market that moves."""
    random = np.random.default_rng(seed)
    keys, at_ms = [], 1.0
    for _ in range(steps):
        at_ms += 0.5
        slot, side = int(random.integers(0, 4)), int(random.choice([1, -1]))
        px, lots = int(random.integers(98, 106)), int(random.integers(1, 6))
        kind = {"order_type": OrderType(int(random.random() < 0.2))}
        kind["time_in_force"] = TimeInForce(int(random.choice([0, 0, 0, 2, 3])))
        if desk.me["intents"][slot]["state"] == Intent.NONE:
            desk.new(slot, at_ms, side, px, lots, **kind)
        elif random.random() < 0.5:
            desk.modify(slot, at_ms, px, lots)
        else:
            desk.cancel(slot, at_ms)
        for fresh, around in ((1, 100), (-1, 103)):
            if random.random() < 0.5:
                keys.append((desk.add(at_ms + 0.2, fresh, around, 2), fresh, around))
        if keys and random.random() < 0.5:
            key, rests, around = keys.pop(int(random.integers(0, len(keys))))
            desk.trade(at_ms + 0.3, around, 4, resting=[(key, 2)], aggressor=-rests)
        desk.run(at_ms + 0.4)
    desk.run(at_ms + 50)


@pytest.mark.parametrize("seed", range(2))
def test_the_journal_adds_up_to_the_truth(seed):
    desk, buffer = desk_of()
    random_run(desk, seed)
    tables = JournalTables(buffer.entries())
    fills, orders, me = tables.fills, tables.orders, desk.me
    account = np.zeros(1, ACCOUNT_DTYPE)[0]
    for fill in fills:
        book_fill(account, fill["side"], fill["lots"], fill["px_ticks"], fill["fees_microticks"])
    for name in ("position_lots", "cash_ticks", "fees_microticks"):
        assert account[name] == me[name], name
    assert fills["lots"].sum() == me["lots_traded"] > 20
    assert fills["lots"][fills["is_maker"] == 0].sum() == me["taker_lots"] > 0
    assert fills["is_maker"].any()
    assert orders.size == me["last_order_id"]
    events = tables.events
    assert (np.diff(events["ts_local_ns"][events["event"] != Event.SENT]) >= 0).all()
    assert (fills["ahead_at_fill_lots"] >= fills["traded_ahead_lots"]).all()
    for order in orders:
        ours = fills[fills["order_id"] == order["order_id"]]
        assert ours["lots"].sum() == order["filled_lots"]
        assert (ours["lots"] * ours["px_ticks"]).sum() == order["paid_ticks"]
        assert (ours["ts_exchange_ns"] >= order["arrived_exchange_ns"]).all()
    live = {int(o["order_id"]): int(o["leaves_lots"]) for o in me["orders"] if o["leaves_lots"] > 0}
    assert live == {int(o["order_id"]): int(o["leaves_lots"]) for o in orders if o["leaves_lots"]}


def test_a_drain_in_the_midst_changes_nothing():
    desk, buffer = desk_of()
    random_run(desk, 5, steps=60)
    whole = buffer.entries()
    desk, buffer = desk_of()
    run = desk.run
    desk.run = lambda until_ms: (run(until_ms), buffer.drain())
    random_run(desk, 5, steps=60)
    assert np.array_equal(buffer.entries(), whole)
