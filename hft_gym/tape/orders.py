"""What the resolving book holds: orders by id, lots by price, counts, and the open packet."""

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel import idmap
from hft_gym.kernel.address import address_of, column
from hft_gym.kernel.jit import kernel
from hft_gym.tape.levels import (
    LEVELS_DTYPE,
    NO_ASK,
    NO_BID,
    LevelsMemory,
    levels_have_room,
)
from hft_gym.tape.rows import COLUMNS

FOREVER_NS = 2**63 - 1


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


ORDER_DTYPE = np.dtype(
    [
        ("queue_key", "i8"),
        ("px_ticks", "i8"),
        ("lots", "i4"),
        ("filled_lots", "i4"),  # of fills that no cancel or modify has followed yet
        ("side", "i4"),
    ],
    align=True,
)

BOOK_DTYPE = np.dtype(
    [
        ("tick_size_e9", "i8"),
        ("stop", "i8"),  # a Stop
        ("rows_before", "i8"),  # rows of the tape that have left the buffer
        ("rows", "i8"),  # rows in the buffer
        ("packet_row", "i8"),  # where in the buffer the open packet begins
        ("ts_exchange_ns", "i8"),  # latest so far
        ("ts_local_ns", "i8"),
        ("row_flags", "i8"),
        ("in_snapshot", "i8"),
        ("crossed", "i8"),  # the book as the open packet found it
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
        ("free_slots", "i8"),
        ("slots", "i8"),
        ("map_slots", "i8"),
        ("orders_address", "u8"),  # address of [slots] of ORDER_DTYPE
        ("free_address", "u8"),  # address of [slots] i8, a stack of free slots
        ("entries_address", "u8"),  # address of [entries]: the map from order id to slot
        ("buffer_rows", "i8"),
        *((f"{name}_address", "u8") for name in COLUMNS),  # addresses of [buffer_rows] columns
    ]
)


class BookMemory:
    """The arrays behind a record of BOOK_DTYPE, which holds their addresses.

    One record instead of a tuple of arrays: kernels hand on a single pointer.

    Args:
        tick_size_e9: in units of 1e-9.
        room: for so many orders before the book has to grow.

    Attributes:
        books: `[1]` of BOOK_DTYPE.
        columns: buffer of rows, by name.
    """

    def __init__(self, tick_size_e9: int, room: int = 1 << 14) -> None:
        self.books = np.zeros(1, BOOK_DTYPE)
        book = self.book
        self._levels = LevelsMemory(book["levels_state"])
        self._entries = idmap.new_map(room)
        slots = len(self._entries) // 2
        self._orders = np.zeros(slots, ORDER_DTYPE)
        self._free = np.arange(slots)[::-1].copy()
        self.columns = {name: np.zeros(0, dtype) for name, dtype in COLUMNS.items()}
        book["tick_size_e9"] = tick_size_e9
        book["free_slots"] = slots
        book["until_ns"] = FOREVER_NS
        book["low_level"], book["high_level"] = NO_ASK, NO_BID
        book["touch_bid_level"], book["touch_ask_level"] = NO_BID, NO_ASK
        self._bind()

    @property
    def book(self) -> Any:
        """The record, for reading and writing its fields."""
        return self.books[0]

    def grow(self) -> None:
        """Make more room wherever it has run out."""
        if self.book["free_slots"] == 0:
            slots = len(self._orders)
            self._orders = np.concatenate([self._orders, np.zeros_like(self._orders)])
            self._free = np.concatenate([np.arange(slots, 2 * slots)[::-1], self._free])
            self._entries = idmap.grown(self._entries)
            self.book["free_slots"] = slots
        if self.book["levels_state"]["pages"] == self.book["levels_state"]["room_pages"]:
            self._levels.grow()
        self._bind()

    def make_room(self, rows: int) -> None:
        """Let the buffer take so many rows more than it holds."""
        held = int(self.book["rows"])
        if held + rows > int(self.book["buffer_rows"]):
            for name, old in self.columns.items():
                self.columns[name] = np.zeros(held + rows, old.dtype)
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
        book["slots"], book["map_slots"] = len(self._orders), len(self._entries)
        book["orders_address"] = address_of(self._orders)
        book["free_address"] = address_of(self._free)
        book["entries_address"] = address_of(self._entries)
        book["buffer_rows"] = len(self.columns["kind"])
        for name, column_ in self.columns.items():
            book[f"{name}_address"] = address_of(column_)


@kernel
def orders_of(book: np.void) -> NDArray[np.void]:
    """`[slots]` of ORDER_DTYPE."""
    return column(book["orders_address"], book["slots"], ORDER_DTYPE)


@kernel
def free_of(book: np.void) -> NDArray[np.int64]:
    """`[slots]` stack of free slots, `free_slots` of them valid."""
    return column(book["free_address"], book["slots"], np.int64)


@kernel
def entries_of(book: np.void) -> NDArray[np.void]:
    """`[entries]` map from order id to slot."""
    return column(book["entries_address"], book["map_slots"], idmap.ENTRY_DTYPE)


@kernel
def has_room(book: np.void) -> Any:
    """Whether the next record can be taken, whatever it is."""
    return book["free_slots"] > 0 and levels_have_room(book["levels_state"])


@kernel
def count(book: np.void, anomaly: int) -> None:
    """One more of a kind of oddity."""
    book["anomaly_count"][anomaly] += 1
