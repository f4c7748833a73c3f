"""A journal that checks every entry, and limits of lots: what must hold whatever an agent does."""

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.book.index import load_ladder
from hft_gym.kernel.address import column
from hft_gym.kernel.jit import kernel
from hft_gym.market.columns import consumed_of, kind_of, ladder_of, lots_of
from hft_gym.market.interfaces import Entry, lots_allowed, note
from hft_gym.market.records import Action, Event, Intent, Reason, SelfTrade
from hft_gym.tape.rows import Kind


class Rule(IntEnum):
    """What was broken; the places of the counts in an account."""

    SUM_OF_LOTS = 0  # filled + leaves + cancelled = ordered
    BEFORE_ARRIVAL = 1  # a fill before the order arrived
    DEAD_ORDER = 2  # a fill, change or end of an order that is not live
    BOOKS = 3  # the fills told make position and cash
    NEWS = 4  # what is known and what is under way make the truth
    POSITION = 5  # beyond the limit
    FREE_SIZE = 6  # more taken than is displayed
    PRINTS = 7  # more made than traded or came
    RANGES = 8  # negative lots or lines out of order


ADD, TRADE = int(Kind.ADD), int(Kind.TRADE)
ACCEPTED, FILLED, MODIFIED = int(Event.ACCEPTED), int(Event.FILLED), int(Event.MODIFIED)
CANCELLED, EXPIRED = int(Event.CANCELLED), int(Event.EXPIRED)
MADE, ALLOW = int(Reason.FILLED), int(SelfTrade.ALLOW)
MODIFY, NONE = int(Action.MODIFY), int(Intent.NONE)
SUM_OF_LOTS, BEFORE_ARRIVAL = int(Rule.SUM_OF_LOTS), int(Rule.BEFORE_ARRIVAL)
DEAD_ORDER, BOOKS, NEWS = int(Rule.DEAD_ORDER), int(Rule.BOOKS), int(Rule.NEWS)
POSITION, FREE_SIZE = int(Rule.POSITION), int(Rule.FREE_SIZE)
PRINTS, RANGES = int(Rule.PRINTS), int(Rule.RANGES)

# An account: counts of broken rules, of events (by number), then position, cash, lots made and
# taken; from SLOTS_AT on, for each slot: id of the live order (0: none), lots ordered, filled,
# cancelled, arrival in ns.
EVENTS_AT, POSITION_AT = 16, 32
CASH_AT, MADE_AT, TAKEN_AT = POSITION_AT + 1, POSITION_AT + 2, POSITION_AT + 3
SLOTS_AT, SLOT_NUMBERS, MOST_SLOTS = 40, 5, 64
ACCOUNT_NUMBERS = SLOTS_AT + SLOT_NUMBERS * MOST_SLOTS


class Audit(NamedTuple):
    """A journal whose account of `ACCOUNT_NUMBERS` i8 lies in memory at `address`."""

    address: int


@kernel
def account_of(address: int) -> NDArray[np.int64]:
    """The account of an audit."""
    return column(address, ACCOUNT_NUMBERS, np.int64)


@kernel
def _on_fill(account: NDArray[np.int64], at: int, entry: Entry) -> None:
    account[at + 2] += entry.lots
    account[POSITION_AT] += entry.side * entry.lots
    account[CASH_AT] -= entry.side * entry.lots * entry.px_ticks
    account[MADE_AT if entry.reason == MADE else TAKEN_AT] += entry.lots
    account[BEFORE_ARRIVAL] += entry.ts_exchange_ns < account[at + 4]


@note.implement(Audit)
def _note(model: Audit, trader: np.void, entry: Entry) -> None:
    account = account_of(model.address)
    account[EVENTS_AT + entry.event] += 1
    changes = entry.event in (FILLED, MODIFIED, CANCELLED, EXPIRED)
    if not changes and entry.event != ACCEPTED:
        return
    at = SLOTS_AT + SLOT_NUMBERS * entry.slot
    leaves = int(trader["orders"][entry.slot]["leaves_lots"])
    if entry.event == ACCEPTED:
        account[DEAD_ORDER] += account[at] != 0
        account[at], account[at + 1] = entry.order_id, entry.lots
        account[at + 2], account[at + 3], account[at + 4] = 0, 0, entry.ts_exchange_ns
    account[DEAD_ORDER] += account[at] != entry.order_id
    if entry.event == FILLED:
        _on_fill(account, at, entry)
    elif entry.event == MODIFIED:
        account[at + 1] = entry.lots + account[at + 2] + account[at + 3]
    elif entry.event != ACCEPTED:
        account[at + 3] += entry.lots
    account[SUM_OF_LOTS] += account[at + 1] - account[at + 2] - account[at + 3] != leaves
    if leaves == 0:
        account[at] = 0


class WorstCase(NamedTuple):
    """No more lots than keep the position within `limit_lots` were everything to fill."""

    limit_lots: int


@lots_allowed.implement(WorstCase)
def _lots_allowed(
    model: WorstCase, tape: np.void, trader: np.void, now_ns: int, message: np.void
) -> int:
    if message["action"] == MODIFY:  # never more than is known to be left, one change at a time
        intent = trader["intents"][message["slot"]]
        most = int(intent["leaves_lots"]) if intent["in_flight"] == 0 else 0
        return min(int(message["lots"]), most)
    side = int(message["side"])
    worst = side * int(trader["known_position_lots"])
    for slot in range(len(trader["intents"])):
        intent = trader["intents"][slot]
        if intent["state"] != NONE and intent["side"] == side:
            worst += intent["leaves_lots"]
    return max(0, min(int(message["lots"]), model.limit_lots - worst))


@kernel
def check_news(account: NDArray[np.int64], trader: np.void) -> None:
    """What is known and what is under way make the truth, and the fills told make it too."""
    position, cash = int(trader["known_position_lots"]), int(trader["known_cash_ticks"])
    fees = int(trader["known_fees_microticks"])
    for k in range(trader["response_count"]):
        place = (trader["response_head"] + k) % len(trader["responses"])
        answer = trader["responses"][place]
        position += answer["position_lots"]
        cash += answer["cash_ticks"]
        fees += answer["fees_microticks"]
    right = position == trader["position_lots"] and cash == trader["cash_ticks"]
    account[NEWS] += not (right and fees == trader["fees_microticks"])
    right = account[POSITION_AT] == trader["position_lots"]
    account[BOOKS] += not (right and account[CASH_AT] == trader["cash_ticks"])


@kernel
def check_lines(account: NDArray[np.int64], trader: np.void) -> None:
    """Our live orders stand in the order in which they trade, each with lots left."""
    for line in range(2):
        side = 1 - 2 * line
        for k in range(trader["live_count"][line]):
            order = trader["orders"][int(trader["live_slots"][line, k])]
            bad = order["leaves_lots"] <= 0 or order["ahead_lots"] < 0 or order["side"] != side
            if k > 0:
                before = trader["orders"][int(trader["live_slots"][line, k - 1])]
                bad = bad or side * (before["px_ticks"] - order["px_ticks"]) < 0
            account[RANGES] += bad


@kernel
def check(models: Any, tape: np.void, book: np.void, trader: np.void, first_row: int) -> None:
    """Everything that must hold after the rows from `first_row` on and our messages among them."""
    account, policy = account_of(models.journal.address), models.rules.self_trade
    check_news(account, trader)
    check_lines(account, trader)
    account[POSITION] += abs(trader["position_lots"]) > models.risk.limit_lots
    offered = 0
    for row in range(first_row, trader["row"]):
        if kind_of(tape)[row] in (ADD, TRADE):
            offered += lots_of(tape)[row]
    with_each_other = account[TAKEN_AT] if policy == ALLOW else 0  # one made, the other took
    account[PRINTS] += account[MADE_AT] > offered + with_each_other
    account[MADE_AT], account[TAKEN_AT] = 0, 0
    if trader["consumed_lots"] > 0:
        load_ladder(tape["index"], ladder_of(book), trader["row"])
        book["high_place"] = 0
        ladder, consumed = ladder_of(book), consumed_of(book)
        for place in range(ladder.size):
            account[FREE_SIZE] += consumed[place] < 0 or consumed[place] > ladder[place]
