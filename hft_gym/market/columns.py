"""What a kernel sees of a tape and of a trader's place to look at its book: records of addresses.

A record is passed as one pointer; a tuple of arrays would be passed as fifty numbers, at every
call. Whoever makes a record keeps the arrays alive. The machine code of `look_up`, the one kernel
that reads nothing but these records, is in them too.
"""

import functools
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.book.index import (
    INDEX_DTYPE,
    WINDOW_PLACES,
    BookIndex,
    load_ladder,
    load_window,
)
from hft_gym.kernel.address import address_of, column
from hft_gym.kernel.far import call_at, machine_code_of
from hft_gym.kernel.jit import enable_cache, kernel
from hft_gym.tape.market_tape import MarketTape


class Columns(NamedTuple):
    """The columns of a tape that matching needs, each `[rows]`; see `tape.rows`."""

    ts_exchange_ns: NDArray[np.int64]
    kind: NDArray[np.uint8]
    side: NDArray[np.int8]
    px_ticks: NDArray[np.int32]
    lots: NDArray[np.int32]
    queue_key: NDArray[np.int64]
    flags: NDArray[np.uint8]


COLUMNS_DTYPE = np.dtype(
    [
        ("rows", "i8"),
        ("session_end_ns", "i8"),
        ("session_end_row", "i8"),  # first row that comes later
        ("look_up_address", "i8"),  # of the machine code of `look_up`
        *((f"{name}_address", "i8") for name in Columns._fields),
        ("index", INDEX_DTYPE),
    ],
    align=True,
)

# Where a trader looks at the book. `consumed` holds the part of the tape's lots that this trader
# has taken: what is there for us is the difference. `ladder` is paper to write the book of one row
# on, shared by all traders of a thread: only the places from `low_place` to before `high_place` are
# true, and only for as long as one message is carried out; the bits of `shown` say which of the
# places of a window show lots.
BOOK_DTYPE = np.dtype(
    [
        ("base_ticks", "i8"),
        ("places", "i8"),
        ("ladder_address", "i8"),
        ("consumed_address", "i8"),
        ("low_place", "i8"),
        ("high_place", "i8"),
        ("shown", "u8"),
    ]
)


def columns_of(tape: MarketTape) -> Columns:
    """The tape's columns, nothing copied."""
    return Columns(*(getattr(tape, name) for name in Columns._fields))


def columns_record(tape: MarketTape, index: BookIndex | None = None) -> tuple[Any, ...]:
    """One row of a table of `COLUMNS_DTYPE`; keep tape and index alive for as long as the row.

    Args:
        tape: the rows.
        index: of its book; None for readers of the columns alone.
    """
    nowhere = (0,) * len(INDEX_DTYPE.names or ())
    where = nowhere if index is None else index.record()
    end_ns = tape.meta.session_end_ns
    end_row = int(np.searchsorted(tape.ts_exchange_ns, end_ns, side="right"))
    addresses = (address_of(array) for array in columns_of(tape))
    looks_up = 0 if index is None else _look_up_address()
    return (len(tape), end_ns, end_row, looks_up, *addresses, where)


def book_records(
    consumed: NDArray[np.int32], ladders: NDArray[np.int32], base_ticks: int = 0
) -> NDArray[np.void]:
    """`[traders]` of `BOOK_DTYPE`; the caller keeps the arrays.

    Args:
        consumed: `[traders, places]`.
        ladders: `[threads, places]`; traders share them in equal slices.
        base_ticks: price of the first level.
    """
    traders, places = consumed.shape
    threads = len(ladders)
    books = np.zeros(traders, BOOK_DTYPE)
    books["base_ticks"] = base_ticks
    books["places"] = places
    k = np.arange(traders)
    books["consumed_address"] = address_of(consumed[0]) + k * consumed.strides[0]
    for thread in range(threads):
        first, stop = traders * thread // threads, traders * (thread + 1) // threads
        books["ladder_address"][first:stop] = address_of(ladders[thread])
    return books


@kernel
def ts_exchange_of(tape: np.void) -> NDArray[np.int64]:
    """Column `ts_exchange_ns` of a record of `COLUMNS_DTYPE`."""
    return column(tape["ts_exchange_ns_address"], tape["rows"], np.int64)


@kernel
def kind_of(tape: np.void) -> NDArray[np.uint8]:
    """Column `kind`."""
    return column(tape["kind_address"], tape["rows"], np.uint8)


@kernel
def side_of(tape: np.void) -> NDArray[np.int8]:
    """Column `side`."""
    return column(tape["side_address"], tape["rows"], np.int8)


@kernel
def px_of(tape: np.void) -> NDArray[np.int32]:
    """Column `px_ticks`."""
    return column(tape["px_ticks_address"], tape["rows"], np.int32)


@kernel
def lots_of(tape: np.void) -> NDArray[np.int32]:
    """Column `lots`."""
    return column(tape["lots_address"], tape["rows"], np.int32)


@kernel
def queue_key_of(tape: np.void) -> NDArray[np.int64]:
    """Column `queue_key`."""
    return column(tape["queue_key_address"], tape["rows"], np.int64)


@kernel
def flags_of(tape: np.void) -> NDArray[np.uint8]:
    """Column `flags`."""
    return column(tape["flags_address"], tape["rows"], np.uint8)


@kernel
def ladder_of(book: np.void) -> NDArray[np.int32]:
    """The lots of the tape where they have been looked up; see `hft_gym.book.ladder`."""
    return column(book["ladder_address"], book["places"], np.int32)


@kernel
def consumed_of(book: np.void) -> NDArray[np.int32]:
    """The lots of the tape that this trader has taken."""
    return column(book["consumed_address"], book["places"], np.int32)


@kernel
def show(tape: np.void, book: np.void, row: int, place: int) -> None:
    """Make a place of the ladder true before `row`: the window round the touch, or all of it."""
    if not book["low_place"] <= place < book["high_place"]:
        # by its address: whoever looks at the book would be compiled with all of this
        call_at(tape["look_up_address"], look_up, (tape, book, np.int64(row), np.int64(place)))


@kernel
def look_up(tape: np.void, book: np.void, row: int, place: int) -> None:
    """`show` where the place is not true yet."""
    if book["high_place"] == 0:
        first, shown = load_window(tape["index"], ladder_of(book), row)
        book["low_place"], book["shown"] = first, shown
        book["high_place"] = book["low_place"] + WINDOW_PLACES
        if book["low_place"] <= place < book["high_place"]:
            return
    load_ladder(tape["index"], ladder_of(book), row)
    book["low_place"], book["high_place"] = 0, book["places"]


@functools.cache
def _look_up_address() -> int:
    enable_cache()
    tape, book = np.zeros(1, COLUMNS_DTYPE)[0], np.zeros(1, BOOK_DTYPE)[0]
    return machine_code_of(look_up, tape, book, 0, 0)
