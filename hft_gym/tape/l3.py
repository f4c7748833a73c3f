"""The book of orders that resolves every reference of an MBO stream, once, into rows of a tape.

Rules of DBN's MBO schema (Databento, "Market by order" and its flags): trades and fills never
change the book; a cancel may be partial; the book is consistent after a record with F_LAST.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel import idmap
from hft_gym.kernel.jit import kernel
from hft_gym.tape import levels as ladder
from hft_gym.tape.dbn import UNDEF_PRICE
from hft_gym.tape.orders import Anomaly, Stop, count, entries_of, free_of, has_room, orders_of
from hft_gym.tape.packets import append, end_packet, limit_packet, next_queue_key
from hft_gym.tape.rows import Flag, Kind
from hft_gym.tape.session import end_run

F_LAST, F_TOB, F_SNAPSHOT, F_MBP, F_BAD_TS_RECV, F_MAYBE_BAD_BOOK = 128, 64, 32, 16, 8, 4
MAX_LOTS = 2**31 - 1
UNDEF_TIME = np.uint64(2**63 - 1)  # from here on a time is no time
_ADD, _CANCEL, _MODIFY, _TRADE = ord("A"), ord("C"), ord("M"), ord("T")
_FILL, _CLEAR, _NONE = ord("F"), ord("R"), ord("N")
_BID, _ASK = ord("B"), ord("A")


@kernel
def resolve(books: NDArray[np.void], records: NDArray[np.void], first: int) -> int:
    """Turn records into rows until they end or something stops it; `book["stop"]` says what.

    Args:
        books: `[1]` of BOOK_DTYPE, changed in place; its buffer has room for two rows a record.
        records: `[n]` of MBO_DTYPE, one instrument.
        first: where to go on.

    Returns:
        The record that comes next: n, or the one that stopped it.
    """
    book = books[0]
    for number in range(first, len(records)):
        if not has_room(book):
            book["stop"] = Stop.NEEDS_ROOM
            return number
        record = records[number]
        begin(book, record)
        stop = _apply(book, record)
        if stop != Stop.DONE:
            book["stop"] = stop
            return number
        book["action_count"][record["action"]] += 1
        if record["flags"] & F_LAST:
            end_packet(book)
        limit_packet(book)
    book["stop"] = Stop.DONE
    return len(records)


@kernel
def finish(books: NDArray[np.void]) -> None:
    """The source has ended: so has a snapshot, a packet that is open, and the last run."""
    book = books[0]
    if book["rows"] > book["packet_row"] and not book["in_snapshot"]:
        count(book, Anomaly.OPEN_PACKET)
    end_packet(book)
    end_run(book)


@kernel
def begin(book: np.void, record: np.void) -> None:
    """Clocks and flags of a record; the first live record ends a snapshot's packet."""
    flags = record["flags"]
    snapshot = flags & F_SNAPSHOT != 0
    if book["in_snapshot"] and not snapshot:
        end_packet(book)
    book["in_snapshot"] = snapshot
    _set_clocks(book, record, snapshot)
    row_flags = 0
    if snapshot:
        row_flags |= Flag.SNAPSHOT
    elif flags & F_BAD_TS_RECV:
        count(book, Anomaly.BAD_TS_RECV)
    if flags & F_MAYBE_BAD_BOOK:
        row_flags |= Flag.BAD_BOOK
    book["row_flags"] = row_flags


@kernel
def _set_clocks(book: np.void, record: np.void, snapshot: bool) -> None:
    """Both clocks are running maxima: no row is earlier than the one before."""
    if record["ts_event"] >= UNDEF_TIME or record["ts_recv"] >= UNDEF_TIME:
        count(book, Anomaly.UNDEFINED_TIME)
        return
    ts_exchange_ns, ts_local_ns = np.int64(record["ts_event"]), np.int64(record["ts_recv"])
    early = ts_exchange_ns < book["ts_exchange_ns"] or ts_local_ns < book["ts_local_ns"]
    if early and not snapshot:
        count(book, Anomaly.TIME_RAN_BACK)
    book["ts_exchange_ns"] = max(book["ts_exchange_ns"], ts_exchange_ns)
    book["ts_local_ns"] = max(book["ts_local_ns"], ts_local_ns)


@kernel
def _apply(book: np.void, record: np.void) -> int:
    """What one record does; a Stop."""
    action = record["action"]
    stop = 0
    if action in (_TRADE, _FILL):
        stop = _trade_or_fill(book, record)
    elif action == _CLEAR:
        _clear(book)
    elif action in (_ADD, _CANCEL, _MODIFY):
        if record["flags"] & (F_TOB | F_MBP):
            count(book, Anomaly.NOT_AN_ORDER)
        elif action == _CANCEL:
            _cancel(book, record)
        else:
            stop = _add_or_modify(book, record)
    elif action != _NONE:
        count(book, Anomaly.UNKNOWN_ACTION)
    return stop


@kernel
def _trade_or_fill(book: np.void, record: np.void) -> int:
    """A row that leaves the book as it is."""
    if not _has_lots(book, record):
        return Stop.DONE
    if record["price"] == UNDEF_PRICE:
        count(book, Anomaly.UNDEFINED_PRICE)
        return Stop.DONE
    tick = book["tick_size_e9"]
    px_ticks = record["price"] // tick
    remainder = record["price"] - px_ticks * tick
    if remainder != 0:  # an auction or a midpoint trade may print between ticks
        count(book, Anomaly.TRADE_OFF_GRID)
        px_ticks += 2 * remainder >= tick
    if _is_too_far(px_ticks):
        return Stop.TOO_FAR
    side, lots = _sign(record["side"]), _size(record)
    if record["action"] == _TRADE:
        append(book, Kind.TRADE, side, px_ticks, lots, -1)
        return Stop.DONE
    slot = idmap.find(entries_of(book), record["order_id"])
    queue_key = -1
    if slot == idmap.EMPTY:
        count(book, Anomaly.UNKNOWN_FILL)
    else:
        order = orders_of(book)[slot]
        queue_key, side = order["queue_key"], order["side"]
        order["filled_lots"] = min(order["filled_lots"] + lots, MAX_LOTS)
    append(book, Kind.FILL, side, px_ticks, lots, queue_key)
    return Stop.DONE


@kernel
def _add_or_modify(book: np.void, record: np.void) -> int:
    """An order comes to rest or takes another price or size."""
    if record["price"] == UNDEF_PRICE:
        count(book, Anomaly.UNDEFINED_PRICE)
        return Stop.DONE
    tick = book["tick_size_e9"]
    px_ticks = record["price"] // tick
    if px_ticks * tick != record["price"]:
        return Stop.OFF_GRID
    if _is_too_far(px_ticks):
        return Stop.TOO_FAR
    place = idmap.locate(entries_of(book), record["order_id"])
    known = entries_of(book)[place]["slot"] != idmap.EMPTY
    if record["action"] == _ADD and known:
        count(book, Anomaly.DUPLICATE_ADD)
    elif known:
        _modify(book, record, place, px_ticks)
    else:
        if record["action"] == _MODIFY:
            count(book, Anomaly.UNKNOWN_MODIFY)
        _add(book, record, place, px_ticks)
    return Stop.DONE


@kernel
def _add(book: np.void, record: np.void, place: int, px_ticks: int) -> None:
    """A new order at the back of its level."""
    if not _has_lots(book, record):
        return
    side = _sign(record["side"])
    if side == 0:
        count(book, Anomaly.NO_SIDE)
        return
    book["free_slots"] -= 1
    slot = free_of(book)[book["free_slots"]]
    idmap.put_at(entries_of(book), place, record["order_id"], slot)
    _rest(book, slot, side, px_ticks, _size(record))


@kernel
def _rest(book: np.void, slot: int, side: int, px_ticks: int, lots: int) -> None:
    """The order of a slot goes to the back of a level."""
    order = orders_of(book)[slot]
    order["queue_key"] = next_queue_key(book)
    order["px_ticks"] = px_ticks
    order["lots"] = lots
    order["filled_lots"] = 0
    order["side"] = side
    ladder.put(book["levels_state"], side, px_ticks, lots)
    append(book, Kind.ADD, side, px_ticks, lots, order["queue_key"])


@kernel
def _modify(book: np.void, record: np.void, place: int, px_ticks: int) -> None:
    """A decrease keeps its place in the queue; an increase or another price loses it.

    So does a refill: an iceberg of which more is shown than its fills have left.
    """
    slot = entries_of(book)[place]["slot"]
    order = orders_of(book)[slot]
    lots = _size(record)
    if lots > MAX_LOTS:
        count(book, Anomaly.UNDEFINED_SIZE)
        return
    if lots == 0:
        count(book, Anomaly.ZERO_SIZE)
        _reduce(book, place, order["lots"])
        return
    side = _sign(record["side"])
    if side == 0:
        side = order["side"]
    left = order["lots"] - order["filled_lots"]
    if px_ticks != order["px_ticks"] or side != order["side"] or lots > left:
        _leave_level(book, slot, order["lots"])
        _rest(book, slot, side, px_ticks, lots)
    elif lots < order["lots"]:
        _reduce(book, place, order["lots"] - lots)


@kernel
def _cancel(book: np.void, record: np.void) -> None:
    """A whole order leaves, or a part of it; the rest keeps its place."""
    place = idmap.locate(entries_of(book), record["order_id"])
    slot = entries_of(book)[place]["slot"]
    if slot == idmap.EMPTY:
        count(book, Anomaly.UNKNOWN_CANCEL)
        return
    if not _has_lots(book, record):
        return
    lots, leaves = _size(record), orders_of(book)[slot]["lots"]
    if lots > leaves:
        count(book, Anomaly.CANCEL_TOO_LARGE)
    _reduce(book, place, min(lots, leaves))


@kernel
def _reduce(book: np.void, place: int, lots: int) -> None:
    """Lots of an order leave; with its last lot the order is forgotten."""
    slot = entries_of(book)[place]["slot"]
    _leave_level(book, slot, lots)
    if orders_of(book)[slot]["lots"] == 0:
        idmap.remove_at(entries_of(book), place)
        free_of(book)[book["free_slots"]] = slot
        book["free_slots"] += 1


@kernel
def _leave_level(book: np.void, slot: int, lots: int) -> None:
    """Lots of a slot's order leave its level."""
    order = orders_of(book)[slot]
    order["lots"] -= lots
    order["filled_lots"] = max(order["filled_lots"] - lots, 0)
    ladder.take(book["levels_state"], order["side"], order["px_ticks"], lots)
    append(book, Kind.REDUCE, order["side"], order["px_ticks"], lots, order["queue_key"])


@kernel
def _clear(book: np.void) -> None:
    """The book is empty."""
    if book["free_slots"] < len(free_of(book)):
        for place in range(len(entries_of(book))):
            entries_of(book)[place]["slot"] = idmap.EMPTY
        for slot in range(len(free_of(book))):
            free_of(book)[slot] = slot
        book["free_slots"] = len(free_of(book))
        ladder.clear(book["levels_state"])
    append(book, Kind.CLEAR, 0, 0, 0, -1)


@kernel
def _has_lots(book: np.void, record: np.void) -> bool:
    """Whether the record's size is a number of lots; counts it if not."""
    if record["size"] == 0:
        count(book, Anomaly.ZERO_SIZE)
        return False
    if record["size"] > MAX_LOTS:
        count(book, Anomaly.UNDEFINED_SIZE)
        return False
    return True


@kernel
def _is_too_far(px_ticks: int) -> Any:
    """Whether a price does not fit into 32 bits; `abs` of the lowest number is negative."""
    return px_ticks > ladder.MAX_TICKS or px_ticks < -ladder.MAX_TICKS


@kernel
def _size(record: np.void) -> Any:
    """Size of a record as a signed number: Numba turns mixed arithmetic into floats."""
    return np.int64(record["size"])


@kernel
def _sign(side: int) -> int:
    """+1 for B, -1 for A, 0 for anything else."""
    if side == _BID:
        return 1
    return -1 if side == _ASK else 0
