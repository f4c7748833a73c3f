"""What each record tells by itself, a block at a time: its price in ticks, whether it is odd.

A block is laid out field by field before it is looked at. Loops over what lies side by side,
without choices, let the compiler take several records at once. So would loops over the records
themselves, but words that lie a record apart are fetched by gathers then, which some processors
(AMD's Zen 4) take apart into dozens of steps. What depends on the book is left to
`hft_gym.tape.usual`.
"""

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel import idmap
from hft_gym.kernel.address import column
from hft_gym.kernel.jit import kernel
from hft_gym.kernel.prefetch import prefetch
from hft_gym.tape.levels import MAX_TICKS
from hft_gym.tape.orders import BLOCK, ORDER_DTYPE, Observation, observe
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

BLOCK_DTYPE = np.dtype(
    [
        ("ts_event", "i8", (BLOCK,)),  # of each record
        ("ts_recv", "i8", (BLOCK,)),
        ("price", "i8", (BLOCK,)),
        ("size_and_flags", "i8", (BLOCK,)),  # and channel, action, side: one word
        ("sequence", "i8", (BLOCK,)),
        ("px_ticks", "i4", (BLOCK,)),  # or ODD
        ("home_slot", "i4", (BLOCK,)),  # of the map, where the search for the order begins
    ]
)

_WORDS = MBO_DTYPE.itemsize // 8
_TS_EVENT, _ORDER_ID, _PRICE, _SIZE_AND_FLAGS, _TS_RECV, _SEQUENCE = (
    np.uint64(word) for word in range(1, _WORDS)
)
_LOW_HALF = 2**32 - 1
_HALF = 32
_FLAGS_THAT_MATTER = (F_TOB | F_SNAPSHOT | F_MBP | F_BAD_TS_RECV | F_MAYBE_BAD_BOOK) << _HALF
_FAR_PRICE = 2**62  # what is farther is no price, and no whole number of ticks should carry it
_RECORD_BYTES = np.uint64(MBO_DTYPE.itemsize)
_ORDER_BYTES = np.uint64(ORDER_DTYPE.itemsize)


@kernel
def words_of(records: NDArray[np.void]) -> NDArray[np.int64]:
    """`[7 n]` words of eight bytes over `[n]` contiguous MBO records, which the caller keeps."""
    return column(records.ctypes.data, _WORDS * len(records), np.int64)


@kernel
def lay_out(
    book: np.void, words: NDArray[np.int64], first: int, count: int, blocks: NDArray[np.void]
) -> None:
    """Lay fields of records side by side, and ask for the memory that they will need.

    That is the orders of these records, and the records of the block that comes next, which may
    still be far away. Because of these calls the compiler takes one record at a time, as it should.

    Args:
        book: of BOOK_DTYPE.
        words: of all records.
        first: number of the first record.
        count: of records, at most BLOCK.
        blocks: `[1]` of BLOCK_DTYPE; all but prices in ticks is filled in.
    """
    block = blocks[0]
    ts_event, ts_recv, price = block["ts_event"], block["ts_recv"], block["price"]
    size_and_flags, sequence, home = block["size_and_flags"], block["sequence"], block["home_slot"]
    orders, mask = np.uint64(book["orders_address"]), np.uint64(book["map_slots"] - 1)
    next_block = np.uint64(words.ctypes.data) + _RECORD_BYTES * np.uint64(first + BLOCK)
    for record in range(count):
        number = np.uint64(record)  # unsigned: see idmap.home
        prefetch(next_block + _RECORD_BYTES * number)
        word = np.uint64(_WORDS * (first + record))
        place = idmap.home(mask, np.uint64(words[word + _ORDER_ID]))
        prefetch(orders + _ORDER_BYTES * place)
        home[number] = np.int64(place)
        ts_event[number], ts_recv[number] = words[word + _TS_EVENT], words[word + _TS_RECV]
        price[number] = words[word + _PRICE]
        size_and_flags[number] = words[word + _SIZE_AND_FLAGS]
        sequence[number] = (words[word + _SEQUENCE] >> _HALF) & _LOW_HALF


@kernel
def mark(book: np.void, blocks: NDArray[np.void]) -> None:
    """Prices in ticks, or ODD where a flag, a clock, the size or the price is not usual.

    Args:
        book: of BOOK_DTYPE, as it is before the first of these records.
        blocks: `[1]` of BLOCK_DTYPE, laid out. The whole block is marked, whatever lies behind the
            records that are there: a loop of known length is shorter.
    """
    block = blocks[0]
    ts_events, ts_recvs, prices = block["ts_event"], block["ts_recv"], block["price"]
    abouts, ticks = block["size_and_flags"], block["px_ticks"]
    tick, ticks_per_price = book["tick_size_e9"], book["ticks_per_price"]
    ts_event, ts_recv = book["ts_exchange_ns"], book["ts_local_ns"]
    for record in range(BLOCK):
        number = np.uint64(record)
        event_before, recv_before = ts_event, ts_recv
        ts_event, ts_recv = ts_events[number], ts_recvs[number]
        about, price = abouts[number], prices[number]
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
        ticks[number] = ODD if is_odd else px_ticks


@kernel
def follow_sequence(book: np.void, blocks: NDArray[np.void], count: int) -> None:
    """Count gaps and falls of the sequence numbers of the first `count` records of a block."""
    sequences, before = blocks[0]["sequence"], book["sequence"]
    gaps, falls = 0, 0
    for record in range(count):
        sequence = sequences[np.uint64(record)]
        gaps += int(sequence > before + 1)
        falls += int(sequence < before)
        before = sequence
    observe(book, Observation.SEQUENCE_GAPS, gaps)
    observe(book, Observation.SEQUENCE_FELL, falls)
    book["sequence"] = before
