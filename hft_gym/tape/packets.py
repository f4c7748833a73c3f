"""Rows and packets of a tape as the resolver writes them."""

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.address import column
from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.tape.levels import is_crossed
from hft_gym.tape.orders import Anomaly, Observation, count, observe
from hft_gym.tape.rows import Flag
from hft_gym.tape.session import watch

LONGEST_PACKET_ROWS = 1 << 20  # a source without packet ends must not fill the memory


# Each kind of column has its own kernel: where `column` is called directly, Numba inlines it, takes
# the array for a local one, and throws writes to it away as dead code.
@inlined_kernel
def _i8(address: int, rows: int) -> NDArray[np.int64]:
    return column(address, rows, np.int64)


@inlined_kernel
def _i4(address: int, rows: int) -> NDArray[np.int32]:
    return column(address, rows, np.int32)


@inlined_kernel
def _i1(address: int, rows: int) -> NDArray[np.int8]:
    return column(address, rows, np.int8)


@inlined_kernel
def _u1(address: int, rows: int) -> NDArray[np.uint8]:
    return column(address, rows, np.uint8)


@inlined_kernel
def append(book: np.void, kind: int, side: int, px_ticks: int, lots: int, queue_key: int) -> None:
    """Write one row at the time of the record in hand, whatever its flags."""
    book["packet_flags"] = book["row_flags"]
    append_usual(book, kind, side, px_ticks, lots, queue_key)


@inlined_kernel
def append_usual(
    book: np.void, kind: int, side: int, px_ticks: int, lots: int, queue_key: int
) -> None:
    """Write one row, if rows are wanted at all; `packet_flags` is the caller's."""
    row, rows = np.uint64(book["rows"]), book["buffer_rows"]  # unsigned: see idmap.home
    book["rows"] += 1
    if not book["is_writing"]:
        return
    _i8(book["ts_exchange_ns_address"], rows)[row] = book["ts_exchange_ns"]
    _i8(book["ts_local_ns_address"], rows)[row] = book["ts_local_ns"]
    _u1(book["kind_address"], rows)[row] = kind
    _i1(book["side_address"], rows)[row] = side
    _i4(book["px_ticks_address"], rows)[row] = px_ticks
    _i4(book["lots_address"], rows)[row] = lots
    _i8(book["queue_key_address"], rows)[row] = queue_key
    _u1(book["flags_address"], rows)[row] = book["row_flags"]


@inlined_kernel
def next_queue_key(book: np.void) -> int:
    """Priority of an order that arrives now: the number of the row that will add it."""
    return book["rows_before"] + book["rows"]


@kernel
def end_packet(book: np.void) -> None:
    """The book is consistent now: `end_packet_here`, called instead of written out."""
    end_packet_here(book)


@inlined_kernel
def end_packet_here(book: np.void) -> None:
    """The book is consistent now: mark the packet's last row, and all of them if it is crossed.

    A packet that found the book crossed is marked as well, since its trades happened in there.
    """
    start, end = book["packet_row"], book["rows"]
    if end == start:
        return
    crossed = is_crossed(book["levels_state"])
    if book["is_writing"]:
        _mark(book, start, end, crossed or book["crossed"])
    if book["packet_flags"] & Flag.SNAPSHOT == 0:
        observe(book, Observation.CROSSED_PACKETS, int(crossed))
        observe(book, Observation.CROSSED_SPANS, int(crossed) & int(not book["in_span"]))
        book["in_span"] = crossed
        _watch(book)
    book["crossed"] = crossed
    book["packet_row"] = end


@inlined_kernel
def _mark(book: np.void, start: int, end: int, crossed: bool) -> None:
    flags = _u1(book["flags_address"], book["buffer_rows"])
    if crossed:
        for row in range(start, end):
            flags[row] |= Flag.CROSSED
    flags[np.uint64(end - 1)] |= Flag.LAST


@inlined_kernel
def _watch(book: np.void) -> None:
    """Tell the session; nearly always its run just goes on with the same touch."""
    levels = book["levels_state"]
    if (
        book["run_start_ns"] > 0
        and levels["best_bid_level"] == book["touch_bid_level"]
        and levels["best_ask_level"] == book["touch_ask_level"]
        and book["ts_local_ns"] <= book["until_ns"]
    ):
        book["run_end_ns"] = book["ts_local_ns"]
    else:
        watch(book)


@inlined_kernel
def limit_packet(book: np.void) -> None:
    """End a packet that does not end by itself."""
    if book["rows"] - book["packet_row"] >= LONGEST_PACKET_ROWS:
        count(book, Anomaly.ENDLESS_PACKET)
        end_packet(book)
