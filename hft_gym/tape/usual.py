"""Adds and cancels that have nothing odd about them, in straight code: nine of ten records.

A processor cannot foresee whether an add or a cancel comes next, and each wrong guess costs as much
as sixty instructions. So both take the same path here: a 0 or a 1 multiplies what one of them does
not need, and one well foreseen branch sends every record with anything unusual to the rules of
`hft_gym.tape.l3`, which hold for all.
"""

from typing import Any

import numpy as np

from hft_gym.kernel import idmap
from hft_gym.kernel.jit import inlined_kernel
from hft_gym.tape import levels as ladder
from hft_gym.tape.dbn import UNDEF_PRICE
from hft_gym.tape.orders import orders_of
from hft_gym.tape.packets import append, next_queue_key

MAX_LOTS = 2**31 - 1
_UNDEF_TIME = 2**63 - 1  # from here on a time is no time
_FAR_PRICE = 2**62  # what is farther is no price, and no float should carry it
_ANY_FLAG_BUT_LAST = 0x7F
_ADD, _CANCEL, _BID, _ASK = ord("A"), ord("C"), ord("B"), ord("A")


@inlined_kernel
def take_usual(book: np.void, record: np.void) -> bool:
    """Let an add or a cancel change the book and write its row; whether it was a usual one.

    Args:
        book: of BOOK_DTYPE; as it was if the answer is no.
        record: of MBO_DTYPE.
    """
    place = idmap.locate(orders_of(book), record["order_id"])
    order = orders_of(book)[place]
    is_add = int(record["action"] == _ADD)
    lots: Any = np.int64(record["size"])
    held_lots = np.int64(order["lots"]) * order["is_used"]
    px_ticks = _nearest_ticks(book, record["price"])
    if not (_has_usual_head(book, record) & _is_usual(book, record, held_lots, px_ticks)):
        return False
    record_side = int(record["side"] == _BID) - int(record["side"] == _ASK)
    side = _chosen(is_add, record_side, order["side"])
    px_ticks = _chosen(is_add, px_ticks, order["px_ticks"])
    queue_key = _chosen(is_add, next_queue_key(book), order["queue_key"])
    change_lots: Any = (2 * is_add - 1) * lots
    book["ts_exchange_ns"], book["ts_local_ns"] = record["ts_event"], record["ts_recv"]
    book["row_flags"] = 0
    idmap.put_at(orders_of(book), place, record["order_id"])
    order["queue_key"] = queue_key
    order["px_ticks"] = px_ticks
    order["side"] = side
    order["lots"] = held_lots + change_lots
    order["filled_lots"] = (1 - is_add) * max(np.int64(order["filled_lots"]) - lots, 0)
    ladder.change(book["levels_state"], side, px_ticks, change_lots)
    append(book, 1 - is_add, side, px_ticks, lots, queue_key)
    is_gone = int(held_lots + change_lots == 0)
    book["free_slots"] += is_gone - is_add
    idmap.remove_if(orders_of(book), place, is_gone)
    return True


@inlined_kernel
def _chosen(is_first: int, first: int, second: int) -> Any:
    """`first` if `is_first` is 1, `second` if it is 0."""
    return np.int64(second) + is_first * (np.int64(first) - np.int64(second))


@inlined_kernel
def _nearest_ticks(book: np.void, price: int) -> int:
    """A price in ticks, right wherever it is a multiple of the tick; cheaper than a division."""
    return int(np.floor(min(price, _FAR_PRICE) * book["ticks_per_price"] + 0.5))


@inlined_kernel
def _has_usual_head(book: np.void, record: np.void) -> Any:
    """Whether flags and clocks are in order."""
    ts_exchange_ns, ts_local_ns = np.int64(record["ts_event"]), np.int64(record["ts_recv"])
    return (
        (record["flags"] & _ANY_FLAG_BUT_LAST == 0)
        & (book["in_snapshot"] == 0)
        & (book["ts_exchange_ns"] <= ts_exchange_ns)
        & (ts_exchange_ns < _UNDEF_TIME)
        & (book["ts_local_ns"] <= ts_local_ns)
        & (ts_local_ns < _UNDEF_TIME)
    )


@inlined_kernel
def _is_usual(book: np.void, record: np.void, held_lots: int, px_ticks: int) -> Any:
    """Whether the book can take the record without a second thought."""
    lots, price = np.int64(record["size"]), record["price"]
    can_add = (
        (record["action"] == _ADD)
        & (held_lots == 0)
        & (px_ticks * book["tick_size_e9"] == price)
        & (price != UNDEF_PRICE)
        & ((record["side"] == _BID) | (record["side"] == _ASK))
        & (book["free_slots"] > 0)
        & ladder.has_page(book["levels_state"], px_ticks)
    )
    can_cancel = (record["action"] == _CANCEL) & (lots <= held_lots)
    return (can_add | can_cancel) & (lots > 0) & (lots <= MAX_LOTS)
