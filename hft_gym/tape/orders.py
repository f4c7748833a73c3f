"""What the resolving book holds: orders by id, lots by price, counts, and the open packet."""

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel import idmap
from hft_gym.kernel.address import address_of, column
from hft_gym.kernel.jit import inlined_kernel
from hft_gym.tape.levels import (
    LEVELS_DTYPE,
    NO_ASK,
    NO_BID,
    LevelsMemory,
    levels_have_room,
)
from hft_gym.tape.rows import COLUMNS

FOREVER_NS = 2**63 - 1
BLOCK = 32  # records that are looked at together; so many orders always find room
_SPARE_ROWS = 4096  # of the buffer, so that it need not grow for every open packet


class Stop(IntEnum):
    """Why `resolve` came back."""

    DONE = 0
    NEEDS_ROOM = 1
    OFF_GRID = 2  # a price is no multiple of the tick size
    TOO_FAR = 3  # a price does not fit into 32 bits of ticks


class Anomaly(IntEnum):
    """Oddities that are counted and survived."""

    UNKNOWN_CANCEL = 0  # skipped
    UNKNOWN_MODIFY = 1  # taken as an add
    UNKNOWN_FILL = 2  # a row without queue_key
    DUPLICATE_ADD = 3  # skipped
    CANCEL_TOO_LARGE = 4  # cancels what is left
    ZERO_SIZE = 5  # skipped; a modify to zero is a cancel
    UNDEFINED_SIZE = 6  # skipped
    UNDEFINED_PRICE = 7  # skipped
    NO_SIDE = 8  # an order without side: skipped
    NOT_AN_ORDER = 9  # F_TOB or F_MBP, a level and no order: skipped
    UNKNOWN_ACTION = 10  # skipped
    TRADE_OFF_GRID = 11  # rounded to the nearest tick
    TIME_RAN_BACK = 12  # clamped to the latest time before, outside snapshots
    UNDEFINED_TIME = 13  # the latest time before is taken
    BAD_TS_RECV = 14  # the vendor doubts a capture time, outside snapshots
    ENDLESS_PACKET = 15  # ended after LONGEST_PACKET_ROWS
    OPEN_PACKET = 16  # the source ends in the middle of a packet
    MAYBE_BAD_BOOK = 17  # the vendor doubts the book (F_MAYBE_BAD_BOOK): rows are marked BAD_BOOK


class Observation(IntEnum):
    """What is counted of live records though some venues' data hold it by nature."""

    CROSSED_PACKETS = 0  # after them the book is crossed or locked
    CROSSED_SPANS = 1  # runs of such packets
    SEQUENCE_GAPS = 2  # numbers left out: a loss, or other instruments of the same channel
    SEQUENCE_FELL = 3  # a number below the one before
    TS_EVENT_FELL = 4  # exchange time before that of an earlier record
    TS_RECV_FELL = 5  # local time before that of an earlier record


ORDER_DTYPE = np.dtype(  # an entry of the map from order ids, half a cache line
    [
        ("order_id", "u8"),
        ("queue_key", "i8"),
        ("px_ticks", "i4"),
        ("lots", "i4"),
        ("filled_lots", "i4"),  # of fills that no cancel or modify has followed yet
        ("side", "i2"),
        ("is_used", "i2"),
    ]
)

BOOK_DTYPE = np.dtype(
    [
        ("tick_size_e9", "i8"),
        ("ticks_per_price", "f8"),  # 1 / tick_size_e9
        ("stop", "i8"),  # a Stop
        ("rows_before", "i8"),  # rows of the tape that have left the buffer
        ("rows", "i8"),  # rows in the buffer
        ("packet_row", "i8"),  # where in the buffer the open packet begins
        ("ts_exchange_ns", "i8"),  # latest so far
        ("ts_local_ns", "i8"),
        ("row_flags", "i8"),  # of the record in hand
        ("packet_flags", "i8"),  # of the latest row
        ("in_snapshot", "i8"),
        ("crossed", "i8"),  # the book as the open packet found it
        ("in_span", "i8"),  # whether the live packet before left it crossed or locked
        ("from_ns", "i8"),  # what the session may not exceed
        ("until_ns", "i8"),
        ("run_start_ns", "i8"),  # a run of packets with a tradable book; 0 when none
        ("run_end_ns", "i8"),
        ("run_low_level", "i8"),  # numbers of levels
        ("run_high_level", "i8"),
        ("best_start_ns", "i8"),  # the longest run so far
        ("best_end_ns", "i8"),
        ("best_low_level", "i8"),
        ("best_high_level", "i8"),
        ("low_level", "i8"),  # range of the touch over all runs
        ("high_level", "i8"),
        ("touch_bid_level", "i8"),  # after the packet before; NO_BID and NO_ASK if not tradable
        ("touch_ask_level", "i8"),
        ("levels_state", LEVELS_DTYPE),
        ("action_count", "i8", (256,)),  # records of each action
        ("anomaly_count", "i8", (len(Anomaly),)),
        ("observation_count", "i8", (len(Observation),)),
        ("sequence", "i8"),  # of the live record before; -1 at the start
        ("free_slots", "i8"),  # orders that the map may still take
        ("slots", "i8"),  # orders that the map may hold
        ("map_slots", "i8"),
        ("orders_address", "u8"),  # address of [map_slots] of ORDER_DTYPE: orders by their id
        ("is_writing", "i8"),  # whether rows are written; 0: the book alone is kept
        ("buffer_rows", "i8"),
        *((f"{name}_address", "u8") for name in COLUMNS),  # addresses of [buffer_rows] columns
    ]
)


class BookMemory:
    """The arrays behind a record of BOOK_DTYPE, which holds their addresses.

    One record instead of a tuple of arrays: kernels hand on a single pointer.

    Args:
        tick_size_e9: in units of 1e-9.
        room: for so many orders before the book has to grow; the map of this many is sparse and
            fits the second cache.
        is_writing: whether rows are written; the book alone needs no room for any.

    Attributes:
        books: `[1]` of BOOK_DTYPE.
        columns: buffer of rows, by name.
    """

    def __init__(self, tick_size_e9: int, room: int = 1 << 11, is_writing: bool = True) -> None:
        self.books = np.zeros(1, BOOK_DTYPE)
        book = self.book
        self._levels = LevelsMemory(book["levels_state"])
        self._orders = idmap.new_map(room, ORDER_DTYPE)
        self.columns = {name: np.zeros(0, dtype) for name, dtype in COLUMNS.items()}
        book["tick_size_e9"] = tick_size_e9
        book["ticks_per_price"] = 1.0 / tick_size_e9
        book["free_slots"] = idmap.room_of(self._orders)
        book["is_writing"] = is_writing
        book["until_ns"], book["sequence"] = FOREVER_NS, -1
        book["low_level"], book["high_level"] = NO_ASK, NO_BID
        book["touch_bid_level"], book["touch_ask_level"] = NO_BID, NO_ASK
        self._bind()

    @property
    def book(self) -> Any:
        """The record, for reading and writing its fields."""
        return self.books[0]

    @property
    def orders(self) -> NDArray[np.void]:
        """`[map_slots]` of ORDER_DTYPE."""
        return self._orders

    def grow(self) -> None:
        """Make more room wherever it has run out."""
        while self.book["free_slots"] < BLOCK:
            self.book["free_slots"] += idmap.room_of(self._orders)
            self._orders = idmap.grown(self._orders)
        if self.book["levels_state"]["pages"] == self.book["levels_state"]["room_pages"]:
            self._levels.grow()
        self._bind()

    def make_room(self, rows: int) -> None:
        """Let the buffer take so many rows more than it holds."""
        held = int(self.book["rows"])
        if held + rows > int(self.book["buffer_rows"]):
            room = held + rows + (_SPARE_ROWS if held else 0)
            for name, old in self.columns.items():
                self.columns[name] = np.zeros(room, old.dtype)
                self.columns[name][:held] = old[:held]
        self._bind()

    def first_rows(self, count: int) -> dict[str, NDArray[Any]]:
        """`[count]` views of the first rows of the buffer."""
        return {name: column_[:count] for name, column_ in self.columns.items()}

    def drop_rows(self, count: int) -> None:
        """The first `count` rows leave the buffer, those behind them move to its front."""
        left = int(self.book["rows"]) - count
        for column_ in self.columns.values():
            column_[:left] = column_[count : count + left].copy()
        self.book["rows"] = left
        self.book["packet_row"] -= count
        self.book["rows_before"] += count

    def _bind(self) -> None:
        book = self.book
        book["slots"], book["map_slots"] = idmap.room_of(self._orders), len(self._orders)
        book["orders_address"] = address_of(self._orders)
        book["buffer_rows"] = len(self.columns["kind"])
        for name, column_ in self.columns.items():
            book[f"{name}_address"] = address_of(column_)


@inlined_kernel
def orders_of(book: np.void) -> NDArray[np.void]:
    """`[map_slots]` of ORDER_DTYPE."""
    return column(book["orders_address"], book["map_slots"], ORDER_DTYPE)


@inlined_kernel
def has_room(book: np.void) -> Any:
    """Whether a block of records can be taken, as long as it makes one new page of levels."""
    return book["free_slots"] >= BLOCK and levels_have_room(book["levels_state"])


@inlined_kernel
def count(book: np.void, anomaly: int) -> None:
    """One more of a kind of oddity."""
    book["anomaly_count"][anomaly] += 1


@inlined_kernel
def observe(book: np.void, observation: int, times: int) -> None:
    """A kind of observation was met so many times more, 0 or 1: no guess for the processor."""
    book["observation_count"][observation] += times
