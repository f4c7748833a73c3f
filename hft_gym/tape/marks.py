"""What each record tells by itself, a block at a time: its price in ticks, whether it is odd.

Simple loops over the words that records consist of, without a choice in them: the compiler lets
several records go side by side. What depends on the book is left to `hft_gym.tape.usual`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel import idmap
from hft_gym.kernel.address import column
from hft_gym.kernel.jit import kernel
from hft_gym.kernel.prefetch import prefetch
from hft_gym.tape.levels import MAX_TICKS
from hft_gym.tape.orders import ORDER_DTYPE, Observation, observe
from hft_gym.tape.records import (
    F_BAD_TS_RECV,
    F_MAYBE_BAD_BOOK,
    F_MBP,
    F_SNAPSHOT,
    F_TOB,
    MBO_DTYPE,
    UNDEF_TIME,
)

ODD = -(2**31)  # in place of a price: the rules must look at this record
MAX_LOTS = 2**31 - 1

_WORDS = MBO_DTYPE.itemsize // 8
_TS_EVENT, _ORDER_ID, _PRICE, _SIZE_AND_FLAGS, _TS_RECV, _SEQUENCE = 1, 2, 3, 4, 5, 6
_LOW_HALF = 2**32 - 1
_HALF = 32
_FLAGS_THAT_MATTER = (F_TOB | F_SNAPSHOT | F_MBP | F_BAD_TS_RECV | F_MAYBE_BAD_BOOK) << _HALF
_FAR_PRICE = 2**62  # what is farther is no price, and no whole number of ticks should carry it
_ORDER_BYTES = np.uint64(ORDER_DTYPE.itemsize)


@kernel
def words_of(records: NDArray[np.void]) -> NDArray[np.int64]:
    """`[7 n]` words of eight bytes over `[n]` contiguous MBO records, which the caller keeps."""
    return column(records.ctypes.data, _WORDS * len(records), np.int64)


@kernel
def mark(
    book: np.void, words: NDArray[np.int64], first: int, count: int, ticks: NDArray[np.int32]
) -> None:
    """Prices in ticks, or ODD where a flag, a clock, the size or the price is not usual.

    Args:
        book: of BOOK_DTYPE, as it is before the first of these records.
        words: of all records.
        first: number of the first record.
        count: of records.
        ticks: gets `[count]` prices.
    """
    tick, ticks_per_price = book["tick_size_e9"], book["ticks_per_price"]
    ts_event, ts_recv = book["ts_exchange_ns"], book["ts_local_ns"]
    for number in range(count):
        place = np.uint64(_WORDS * (first + number))
        event_before, recv_before = ts_event, ts_recv
        ts_event, ts_recv = words[place + np.uint64(_TS_EVENT)], words[place + np.uint64(_TS_RECV)]
        about, price = words[place + np.uint64(_SIZE_AND_FLAGS)], words[place + np.uint64(_PRICE)]
        size = about & _LOW_HALF
        near = max(min(price, _FAR_PRICE), -_FAR_PRICE)
        px_ticks = np.int64(np.floor(near * ticks_per_price + 0.5))  # cheaper than a division
        is_odd = (
            (ts_event < event_before)
            | (ts_recv < recv_before)
            | (ts_event == UNDEF_TIME)  # later ones are negative here
            | (ts_recv == UNDEF_TIME)
            | (about & _FLAGS_THAT_MATTER != 0)
            | (size == 0)
            | (size > MAX_LOTS)
            | (px_ticks * tick != price)
            | (px_ticks > MAX_TICKS)
            | (px_ticks < -MAX_TICKS)
        )
        ticks[np.uint64(number)] = ODD if is_odd else px_ticks


@kernel
def ask_for_orders(
    book: np.void, words: NDArray[np.int64], first: int, count: int, homes: NDArray[np.int32]
) -> None:
    """Where the search for each order begins, and bring these entries near.

    Args:
        book: of BOOK_DTYPE.
        words: of all records.
        first: number of the first record.
        count: of records.
        homes: gets `[count]` places of the map.
    """
    mask = np.uint64(book["map_slots"] - 1)
    for number in range(count):
        order_id = words[np.uint64(_WORDS * (first + number) + _ORDER_ID)]
        homes[np.uint64(number)] = np.int64(idmap.home(mask, np.uint64(order_id)))
    for number in range(count):
        prefetch(book["orders_address"] + _ORDER_BYTES * np.uint64(homes[np.uint64(number)]))


@kernel
def follow_sequence(book: np.void, words: NDArray[np.int64], first: int, count: int) -> None:
    """Count gaps and falls of the sequence numbers of live records."""
    before = book["sequence"]
    gaps, falls = 0, 0
    for number in range(count):
        sequence = _sequence(words, first + number)
        gaps += int(sequence > before + 1)
        falls += int(sequence < before)
        before = sequence
    observe(book, Observation.SEQUENCE_GAPS, gaps)
    observe(book, Observation.SEQUENCE_FELL, falls)
    book["sequence"] = before


@kernel
def _sequence(words: NDArray[np.int64], number: int) -> Any:
    return (words[np.uint64(_WORDS * number + _SEQUENCE)] >> _HALF) & _LOW_HALF
