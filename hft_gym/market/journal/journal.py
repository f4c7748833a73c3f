"""The journal as a model: a row for each event, into memory that was there before."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.address import column
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import Entry, must_drain, note
from hft_gym.market.journal.records import JOURNAL_DTYPE, JOURNAL_HEAD_DTYPE
from hft_gym.market.records import Event, Reason

SENT, BREACH = int(Event.SENT), int(Event.BREACH)
RISK_LIMIT = int(Reason.RISK_LIMIT)


class Journal(NamedTuple):
    """Keep every event; a `JournalBuffer` must be attached to the trader.

    The addresses stand in the trader's record: baked into a kernel they would make every process
    compile it anew.
    """


# Both stand apart from their use: where `column` is called directly, writes are thrown away.
@kernel
def head_of(address: int) -> NDArray[np.void]:
    """`[1]` of `JOURNAL_HEAD_DTYPE` at an address."""
    return column(address, 1, JOURNAL_HEAD_DTYPE)


@kernel
def _entries_of(head: np.void) -> NDArray[np.void]:
    return column(head["entries_address"], head["capacity_rows"], JOURNAL_DTYPE)


@kernel
def _open_entry(head: np.void) -> int:
    """Place of the next entry; -1: no room."""
    if head["rows"] >= head["capacity_rows"]:
        head["lost_rows"] += 1
        return -1
    head["rows"] += 1
    return int(head["rows"]) - 1


@kernel
def _write_request(written: np.void, trader: np.void) -> None:
    """What the message that is sent asks for: the last one under way."""
    last = trader["message_head"] + trader["message_count"] - 1
    message = trader["messages"][last % len(trader["messages"])]
    written["action"] = message["action"]
    written["order_type"] = message["order_type"]
    written["time_in_force"] = message["time_in_force"]
    written["post_only"] = message["post_only"]


@kernel
def _write_order(written: np.void, order: np.void) -> None:
    """The order as it stands at the exchange."""
    written["ahead_lots"] = order["ahead_lots"]
    written["traded_ahead_lots"] = order["credit_lots"]
    written["filled_lots"] = order["filled_lots"]
    written["leaves_lots"] = order["leaves_lots"]


@kernel
def _blank(written: np.void) -> None:
    # the table is used again after a drain
    written["ahead_lots"] = 0
    written["traded_ahead_lots"] = 0
    written["filled_lots"] = 0
    written["leaves_lots"] = 0
    written["action"] = 0
    written["order_type"] = 0
    written["time_in_force"] = 0
    written["post_only"] = 0


@note.implement(Journal)
def _note(model: Journal, trader: np.void, entry: Entry) -> None:
    address = trader["journal_address"]
    if address == 0:
        return
    head = head_of(address)[0]
    place = _open_entry(head)
    if place < 0:
        return
    written = _entries_of(head)[place]
    was_there = entry.event != BREACH and entry.order_id > 0  # at the exchange
    written["ts_exchange_ns"] = entry.ts_exchange_ns if was_there else 0
    written["ts_local_ns"] = entry.ts_local_ns
    written["order_id"] = entry.order_id
    written["slot"] = entry.slot
    written["side"] = entry.side
    written["px_ticks"] = entry.px_ticks
    written["lots"] = entry.lots
    written["event"] = entry.event
    written["reason"] = entry.reason
    written["position_lots"] = trader["position_lots"]
    written["cash_ticks"] = trader["cash_ticks"]
    written["fees_microticks"] = trader["fees_microticks"]
    _blank(written)
    if entry.event == SENT:
        _write_request(written, trader)
    elif entry.event != BREACH:
        if entry.order_id > 0 and trader["orders"][entry.slot]["order_id"] == entry.order_id:
            _write_order(written, trader["orders"][entry.slot])
    elif entry.reason == RISK_LIMIT and trader["risk"]["reason"] > 0:
        written["reason"] = trader["risk"]["reason"]


@must_drain.implement(Journal)
def _must_drain(model: Journal, trader: np.void) -> bool:
    if trader["journal_address"] == 0:
        return False
    head = head_of(trader["journal_address"])[0]
    return head["capacity_rows"] - head["rows"] < head["reserve_rows"]
