"""Records that have nothing odd about them, in straight code, a block at a time.

`hft_gym.tape.marks` has looked at what records tell each by itself; what is asked here is what
depends on the book. A record with anything unusual ends the block and goes to the rules of
`hft_gym.tape.l3`, which hold for all: nothing has been done for it yet.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel import idmap
from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.tape import levels as ladder
from hft_gym.tape.marks import MAX_LOTS, ODD
from hft_gym.tape.orders import BLOCK, has_room, orders_of
from hft_gym.tape.packets import (
    LONGEST_PACKET_ROWS,
    append_usual,
    end_packet_here,
    next_queue_key,
)
from hft_gym.tape.records import ADD, ASK, BID, CANCEL, F_LAST, FILL, MODIFY, TRADE
from hft_gym.tape.rows import Kind


@inlined_kernel
def is_settled(book: np.void) -> Any:
    """Whether a block of records may come: live ones, and none of them ends what has no end."""
    return (
        has_room(book)
        and not book["in_snapshot"]
        and book["sequence"] >= 0
        and book["rows"] - book["packet_row"] < LONGEST_PACKET_ROWS - 2 * BLOCK
    )


@kernel
def take_usual(
    book: np.void,
    records: NDArray[np.void],
    first: int,
    end: int,
    blocks: NDArray[np.void],
) -> int:
    """Let records change the book and write their rows, up to one that is not usual.

    Args:
        book: of BOOK_DTYPE, settled.
        records: `[n]` of MBO_DTYPE.
        first: of the block.
        end: behind the block.
        blocks: `[1]` of BLOCK_DTYPE, laid out and marked by `hft_gym.tape.marks`.

    Returns:
        The record that comes next: `end`, or the one that is for the rules.
    """
    orders, ticks, homes = orders_of(book), blocks[0]["px_ticks"], blocks[0]["home_slot"]
    book["row_flags"] = book["packet_flags"] = 0
    for number in range(first, end):
        record, within = records[np.uint64(number)], np.uint64(number - first)
        place = idmap.locate_from(orders, np.uint64(homes[within]), record["order_id"])
        px_ticks: Any = np.int64(ticks[within])
        if px_ticks == ODD:
            return number
        book["ts_exchange_ns"], book["ts_local_ns"] = record["ts_event"], record["ts_recv"]
        if not _take(book, record, orders[place], place, px_ticks):
            return number
        book["action_count"][record["action"]] += 1
        if record["flags"] & F_LAST:
            end_packet_here(book)
    return end


@inlined_kernel
def _take(book: np.void, record: np.void, order: np.void, place: np.uint64, px_ticks: int) -> bool:
    """What one record does; whether it was a usual one."""
    action, is_known = record["action"], order["is_used"] != 0
    lots: Any = np.int64(record["size"])
    side = int(record["side"] == BID) - int(record["side"] == ASK)
    if action == ADD:
        is_usual = (not is_known) & _can_rest(book, side, px_ticks)
        if is_usual:
            idmap.put_at(orders_of(book), place, record["order_id"])
            book["free_slots"] -= 1
            rest(book, order, side, px_ticks, lots)
    elif action == CANCEL:
        is_usual = is_known & (lots <= order["lots"])
        if is_usual:
            cancel(book, order, place, lots)
    elif action == MODIFY:
        is_usual = is_known & _can_rest(book, side, px_ticks)
        if is_usual:
            _modify(book, order, side, px_ticks, lots)
    elif action == FILL:
        is_usual = is_known
        if is_usual:
            order["filled_lots"] = min(np.int64(order["filled_lots"]) + lots, MAX_LOTS)
            append_usual(book, Kind.FILL, order["side"], px_ticks, lots, order["queue_key"])
    else:
        is_usual = action == TRADE
        if is_usual:
            append_usual(book, Kind.TRADE, side, px_ticks, lots, -1)
    return is_usual


@inlined_kernel
def _can_rest(book: np.void, side: int, px_ticks: int) -> Any:
    """Whether there is a level for an order."""
    return (side != 0) & ladder.has_page(book["levels_state"], px_ticks)


@inlined_kernel
def rest(book: np.void, order: np.void, side: int, px_ticks: int, lots: int) -> None:
    """An order goes to the back of a level that has a page."""
    order["queue_key"] = next_queue_key(book)
    order["px_ticks"] = px_ticks
    order["lots"] = lots
    order["filled_lots"] = 0
    order["side"] = side
    ladder.join(book["levels_state"], side, px_ticks, lots)
    append_usual(book, Kind.ADD, side, px_ticks, lots, order["queue_key"])


@inlined_kernel
def cancel(book: np.void, order: np.void, place: np.uint64, lots: int) -> None:
    """A whole order leaves, or a part of it."""
    leave(book, order, lots)
    is_gone = int(order["lots"] == 0)
    book["free_slots"] += is_gone
    idmap.remove_if(orders_of(book), place, is_gone)


@inlined_kernel
def _modify(book: np.void, order: np.void, side: int, px_ticks: int, lots: int) -> None:
    """To another place, to the back of its own level, or to less."""
    held_lots: Any = np.int64(order["lots"])
    moves = (px_ticks != order["px_ticks"]) | (side != order["side"])
    if moves | (lots > held_lots - np.int64(order["filled_lots"])):
        leave(book, order, held_lots)
        rest(book, order, side, px_ticks, lots)
    elif lots < held_lots:
        leave(book, order, held_lots - lots)


@inlined_kernel
def leave(book: np.void, order: np.void, lots: int) -> None:
    """Lots of an order leave its level."""
    px_ticks: Any = np.int64(order["px_ticks"])
    filled_lots: Any = np.int64(order["filled_lots"])
    order["lots"] -= lots
    order["filled_lots"] = max(filled_lots - lots, 0)
    ladder.leave(book["levels_state"], order["side"], px_ticks, lots)
    append_usual(book, Kind.REDUCE, order["side"], px_ticks, lots, order["queue_key"])
