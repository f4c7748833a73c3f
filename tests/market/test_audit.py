"""The auditor of long runs sees what he is there to see."""

import numpy as np
import pytest

from benchmarks.audit import (
    ACCOUNT_NUMBERS,
    EVENTS_AT,
    Audit,
    Rule,
    WorstCase,
    check_lines,
    check_news,
)
from hft_gym.kernel.address import address_of
from hft_gym.kernel.jit import kernel
from hft_gym.market.account import clear_trader
from hft_gym.market.interfaces import Entry, lots_allowed, note
from hft_gym.market.priority import join
from hft_gym.market.records import MESSAGE_DTYPE, Action, Event, Intent, Reason
from tests.market.plugs import TRADER

pytestmark = pytest.mark.kernel

SLOT, ORDER_ID, BUY, PX, ARRIVAL_NS = 3, 7, 1, 100, 1_000


@kernel
def tell(model, trader, entry):
    note(model, trader, entry)


@kernel
def ask(model, trader, message):
    return lots_allowed(model, message, trader, 0, message)


class Case:
    """A trader with one order of 5 lots, and his auditor."""

    def __init__(self):
        self.account = np.zeros(ACCOUNT_NUMBERS, np.int64)
        self.model = Audit(address_of(self.account))
        self.trader = np.zeros(1, TRADER)[0]
        clear_trader(self.trader, 0, 0)
        self.tell(Event.ACCEPTED, Reason.ACCEPTED, 5, leaves=5)

    def tell(self, event, reason, lots, leaves, ts_ns=ARRIVAL_NS, order_id=ORDER_ID):
        self.trader["orders"][SLOT]["leaves_lots"] = leaves
        what = (int(event), int(reason), SLOT, order_id, BUY, PX, lots, ts_ns, ts_ns)
        tell(self.model, self.trader, Entry(*what))

    def broken(self):
        return {rule.name for rule in Rule if self.account[rule]}


def test_a_life_that_adds_up():
    case = Case()
    case.tell(Event.FILLED, Reason.FILLED, 2, leaves=3)
    case.tell(Event.MODIFIED, Reason.ACCEPTED, 4, leaves=4)
    case.tell(Event.FILLED, Reason.TAKEN, 1, leaves=3)
    case.tell(Event.CANCELLED, Reason.CANCELLED, 3, leaves=0)
    case.trader["position_lots"] = case.trader["known_position_lots"] = 3
    case.trader["cash_ticks"] = case.trader["known_cash_ticks"] = -3 * PX
    check_news(case.account, case.trader)
    assert case.broken() == set()
    assert case.account[EVENTS_AT + Event.FILLED] == 2


@pytest.mark.parametrize(
    ("last", "rule"),
    [
        ((Event.FILLED, Reason.FILLED, 2, 4), "SUM_OF_LOTS"),
        ((Event.CANCELLED, Reason.CANCELLED, 4, 0), "SUM_OF_LOTS"),
        ((Event.FILLED, Reason.FILLED, 2, 3, ARRIVAL_NS - 1), "BEFORE_ARRIVAL"),
        ((Event.FILLED, Reason.FILLED, 2, 3, ARRIVAL_NS, ORDER_ID + 1), "DEAD_ORDER"),
    ],
)
def test_an_event_that_cannot_be(last, rule):
    case = Case()
    case.tell(*last)
    assert case.broken() == {rule}


def test_a_fill_of_a_dead_order():
    case = Case()
    case.tell(Event.FILLED, Reason.FILLED, 5, leaves=0)
    case.tell(Event.FILLED, Reason.FILLED, 1, leaves=0)
    assert case.broken() == {"SUM_OF_LOTS", "DEAD_ORDER"}


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("known_position_lots", {"NEWS"}),
        ("known_fees_microticks", {"NEWS"}),
        ("cash_ticks", {"NEWS", "BOOKS"}),
    ],
)
def test_books_that_disagree(name, rules):
    case = Case()
    case.trader[name] += 1
    check_news(case.account, case.trader)
    assert case.broken() == rules


def test_a_line_out_of_order():
    case = Case()
    for slot, px in ((0, 101), (1, 100)):
        order = case.trader["orders"][slot]
        order["side"], order["px_ticks"], order["leaves_lots"] = 1, px, 1
        join(case.trader, slot)
    check_lines(case.account, case.trader)
    assert case.broken() == set()
    case.trader["orders"][1]["px_ticks"] = 102
    check_lines(case.account, case.trader)
    assert case.broken() == {"RANGES"}


@pytest.mark.parametrize(
    ("action", "position", "working", "allowed"),
    [(Action.NEW, 0, 0, 8), (Action.NEW, 7, 0, 3), (Action.NEW, 7, 4, 0), (Action.MODIFY, 7, 4, 4)],
)
def test_no_order_can_break_the_limit(action, position, working, allowed):
    case = Case()
    case.trader["known_position_lots"] = position
    intent = case.trader["intents"][0]
    intent["side"], intent["leaves_lots"], intent["state"] = 1, working, Intent.WORKING
    message = np.zeros(1, MESSAGE_DTYPE)[0]
    message["action"], message["side"], message["lots"] = action, 1, 8
    assert ask(WorstCase(10), case.trader, message) == allowed
