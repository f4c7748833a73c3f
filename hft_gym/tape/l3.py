"""The book of orders that resolves every reference of an MBO stream, once, into rows of a tape.

Rules of DBN's MBO schema (Databento, "Market by order" and its flags): trades and fills never
change the book; a cancel may be partial; the book is consistent after a record with F_LAST.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel import idmap
from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.tape import levels as ladder
from hft_gym.tape.marks import BLOCK_DTYPE, MAX_LOTS, follow_sequence, lay_out, mark, words_of
from hft_gym.tape.orders import (
    BLOCK,
    Anomaly,
    Observation,
    Stop,
    count,
    has_room,
    observe,
    orders_of,
)
from hft_gym.tape.packets import append, end_packet, limit_packet
from hft_gym.tape.records import (
    ADD,
    ASK,
    BID,
    CANCEL,
    CLEAR,
    F_BAD_TS_RECV,
    F_LAST,
    F_MAYBE_BAD_BOOK,
    F_MBP,
    F_SNAPSHOT,
    F_TOB,
    FILL,
    MODIFY,
    NONE,
    TRADE,
    UNDEF_PRICE,
    UNDEF_TIME,
)
from hft_gym.tape.rows import Flag, Kind
from hft_gym.tape.session import end_run
from hft_gym.tape.usual import cancel, is_settled, leave, rest, take_usual

_UNDEF_TIME = np.uint64(UNDEF_TIME)  # as the clocks are: Numba turns mixed arithmetic into floats


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
    words = words_of(records)
    blocks = np.zeros(1, BLOCK_DTYPE)
    number = first
    while number < len(records):
        start, end = number, min(number + BLOCK, len(records))
        if is_settled(book):
            lay_out(book, words, start, end - start, blocks)
            mark(book, blocks)
            number = take_usual(book, records, start, end, blocks)
            follow_sequence(book, blocks, number - start)
        # where the first one is odd, others will be
        last = end if number == start else min(number + 1, end)
        while number < last:
            stop = _take_by_the_rules(book, records[np.uint64(number)])
            if stop != Stop.DONE:
                book["stop"] = stop
                return number
            number += 1
    book["stop"] = Stop.DONE
    return len(records)


@kernel
def _take_by_the_rules(book: np.void, record: np.void) -> int:
    """What one record does, whatever it is, with all that goes with it; a Stop."""
    stop = take(book, record)
    if stop != Stop.DONE:
        return stop
    book["action_count"][record["action"]] += 1
    _follow_sequence(book, record)
    if record["flags"] & F_LAST:
        end_packet(book)
    limit_packet(book)
    return stop


@kernel
def finish(books: NDArray[np.void]) -> None:
    """The source has ended: so has a snapshot, a packet that is open, and the last run."""
    book = books[0]
    if book["rows"] > book["packet_row"] and not book["in_snapshot"]:
        count(book, Anomaly.OPEN_PACKET)
    end_packet(book)
    end_run(book)


@kernel
def take(book: np.void, record: np.void) -> int:
    """What one record does to the book, whatever it is; a Stop."""
    if not has_room(book):
        return Stop.NEEDS_ROOM
    begin(book, record)
    return _apply(book, record)


@inlined_kernel
def _follow_sequence(book: np.void, record: np.void) -> None:
    """Count gaps and falls of the sequence numbers; a snapshot's are those of its orders."""
    if record["flags"] & F_SNAPSHOT:
        return
    sequence, before = np.int64(record["sequence"]), book["sequence"]
    book["sequence"] = sequence
    if before >= 0:  # not the first one
        observe(book, Observation.SEQUENCE_GAPS, int(sequence > before + 1))
        observe(book, Observation.SEQUENCE_FELL, int(sequence < before))


@inlined_kernel
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
        count(book, Anomaly.MAYBE_BAD_BOOK)
        row_flags |= Flag.BAD_BOOK
    book["row_flags"] = row_flags


@inlined_kernel
def _set_clocks(book: np.void, record: np.void, snapshot: bool) -> None:
    """Both clocks are running maxima: no row is earlier than the one before."""
    if record["ts_event"] >= _UNDEF_TIME or record["ts_recv"] >= _UNDEF_TIME:
        count(book, Anomaly.UNDEFINED_TIME)
        return
    ts_exchange_ns, ts_local_ns = np.int64(record["ts_event"]), np.int64(record["ts_recv"])
    exchange_fell = ts_exchange_ns < book["ts_exchange_ns"]
    local_fell = ts_local_ns < book["ts_local_ns"]
    if (exchange_fell or local_fell) and not snapshot:
        count(book, Anomaly.TIME_RAN_BACK)
        observe(book, Observation.TS_EVENT_FELL, int(exchange_fell))
        observe(book, Observation.TS_RECV_FELL, int(local_fell))
    book["ts_exchange_ns"] = max(book["ts_exchange_ns"], ts_exchange_ns)
    book["ts_local_ns"] = max(book["ts_local_ns"], ts_local_ns)


@inlined_kernel
def _apply(book: np.void, record: np.void) -> int:
    """What one record does; a Stop."""
    action = record["action"]
    stop = 0
    if action in (TRADE, FILL):
        stop = _trade_or_fill(book, record)
    elif action == CLEAR:
        _clear(book)
    elif action in (ADD, CANCEL, MODIFY):
        if record["flags"] & (F_TOB | F_MBP):
            count(book, Anomaly.NOT_AN_ORDER)
        elif action == CANCEL:
            _cancel(book, record)
        else:
            stop = _add_or_modify(book, record)
    elif action != NONE:
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
    if record["action"] == TRADE:
        append(book, Kind.TRADE, side, px_ticks, lots, -1)
        return Stop.DONE
    order = orders_of(book)[idmap.locate(orders_of(book), record["order_id"])]
    queue_key = -1
    if order["is_used"] == 0:
        count(book, Anomaly.UNKNOWN_FILL)
    else:
        queue_key, side = order["queue_key"], order["side"]
        order["filled_lots"] = min(order["filled_lots"] + lots, MAX_LOTS)
    append(book, Kind.FILL, side, px_ticks, lots, queue_key)
    return Stop.DONE


@inlined_kernel
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
    place = idmap.locate(orders_of(book), record["order_id"])
    known = orders_of(book)[place]["is_used"] != 0
    if record["action"] == ADD and known:
        count(book, Anomaly.DUPLICATE_ADD)
    elif known:
        _modify(book, record, place, px_ticks)
    else:
        if record["action"] == MODIFY:
            count(book, Anomaly.UNKNOWN_MODIFY)
        _add(book, record, place, px_ticks)
    return Stop.DONE


@inlined_kernel
def _add(book: np.void, record: np.void, place: np.uint64, px_ticks: int) -> None:
    """A new order at the back of its level."""
    if not _has_lots(book, record):
        return
    side = _sign(record["side"])
    if side == 0:
        count(book, Anomaly.NO_SIDE)
        return
    book["free_slots"] -= 1
    idmap.put_at(orders_of(book), place, record["order_id"])
    _rest(book, place, side, px_ticks, _size(record))


@kernel
def _rest(book: np.void, place: np.uint64, side: int, px_ticks: int, lots: int) -> None:
    """The order of a place goes to the back of a level."""
    ladder.give_page(book["levels_state"], px_ticks)
    book["packet_flags"] = book["row_flags"]
    rest(book, orders_of(book)[place], side, px_ticks, lots)


@kernel
def _modify(book: np.void, record: np.void, place: np.uint64, px_ticks: int) -> None:
    """A decrease keeps its place in the queue; an increase or another price loses it.

    So does a refill: an iceberg of which more is shown than its fills have left.
    """
    order = orders_of(book)[place]
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
        book["packet_flags"] = book["row_flags"]
        leave(book, order, order["lots"])
        _rest(book, place, side, px_ticks, lots)
    elif lots < order["lots"]:
        _reduce(book, place, order["lots"] - lots)


@kernel
def _cancel(book: np.void, record: np.void) -> None:
    """A whole order leaves, or a part of it; the rest keeps its place."""
    place = idmap.locate(orders_of(book), record["order_id"])
    order = orders_of(book)[place]
    if order["is_used"] == 0:
        count(book, Anomaly.UNKNOWN_CANCEL)
        return
    if not _has_lots(book, record):
        return
    lots, leaves = _size(record), order["lots"]
    if lots > leaves:
        count(book, Anomaly.CANCEL_TOO_LARGE)
    _reduce(book, place, min(lots, leaves))


@inlined_kernel
def _reduce(book: np.void, place: np.uint64, lots: int) -> None:
    """Lots of an order leave; with its last lot the order is forgotten."""
    book["packet_flags"] = book["row_flags"]
    cancel(book, orders_of(book)[place], place, lots)


@kernel
def _clear(book: np.void) -> None:
    """The book is empty."""
    if book["free_slots"] < book["slots"]:
        for place in range(book["map_slots"]):
            orders_of(book)[place]["is_used"] = 0
        book["free_slots"] = book["slots"]
        ladder.clear(book["levels_state"])
    append(book, Kind.CLEAR, 0, 0, 0, -1)


@inlined_kernel
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


@inlined_kernel
def _size(record: np.void) -> Any:
    """Size of a record as a signed number: Numba turns mixed arithmetic into floats."""
    return np.int64(record["size"])


@inlined_kernel
def _sign(side: int) -> int:
    """+1 for B, -1 for A, 0 for anything else."""
    if side == BID:
        return 1
    return -1 if side == ASK else 0
