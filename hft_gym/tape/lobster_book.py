"""What is known of a LOBSTER book: orders that were told, lots that were only seen, and records.

Rows of an order book file show levels, so lots that rested before the first message or outside the
file's levels come to light without an order. They are kept as orders that have no name: an id of
our own, the highest bit set.
"""

from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel import idmap
from hft_gym.kernel.address import address_of, column
from hft_gym.kernel.jit import kernel
from hft_gym.tape import levels as ladder
from hft_gym.tape.dbn import MBO_DTYPE
from hft_gym.tape.levels import LEVELS_DTYPE, LevelsMemory
from hft_gym.tape.lobster_files import MESSAGE_DTYPE
from hft_gym.tape.records import ADD, ASK, BID, CANCEL, F_MAYBE_BAD_BOOK, FILL, NONE

NOWHERE_TICKS = 2**62  # beyond every price
_NEXT_CHOICE = 2**60  # later than every arrival
_UNNAMED = np.uint64(1 << 63)
NO_SLOT = -1


class Oddity(IntEnum):
    """What is counted of a pair of files."""

    UNKNOWN_ORDER = 0  # a message about an order that was never told: taken from lots at its price
    DUPLICATE_ORDER = 1  # told twice: skipped
    WRONG_SIZE = 2  # a message does not fit what is left of its order
    LEVEL_ENTERED = 3  # lots came to light as their level came into the window
    LEVEL_THINNED = 4  # lots had gone unseen when their level came back
    ROW_DISAGREES = 5  # inside the window, messages and rows differ: the row is believed
    HALT = 6  # messages about trading halts


LOBSTER_ORDER_DTYPE = np.dtype(
    [
        ("order_id", "u8"),
        ("px_ticks", "i8"),
        ("lots", "i8"),  # 0: the slot is free
        ("side", "i8"),
        ("arrival_index", "i8"),
        ("is_named", "i8"),
        ("last_row", "i8"),  # of the file, that tells of it
    ]
)
LOBSTER_BOOK_DTYPE = np.dtype(
    [
        ("message_state", MESSAGE_DTYPE),  # the one in hand
        ("message_row", "i8"),  # its number in the file
        ("tick_size_e9", "i8"),
        ("levels_state", LEVELS_DTYPE),
        ("worst_bid_ticks", "i8"),  # the row before showed bids down to here, inclusive
        ("worst_ask_ticks", "i8"),
        ("in_halt", "i8"),
        ("has_hidden_side", "i8"),
        ("arrivals_count", "i8"),
        ("oddity_count", "i8", (len(Oddity),)),
        ("kind_count", "i8", (8,)),
        ("slots", "i8"),
        ("high_slot", "i8"),  # slots from here on were never used
        ("free_slots", "i8"),
        ("map_slots", "i8"),
        ("orders_address", "u8"),  # address of [slots] of LOBSTER_ORDER_DTYPE
        ("free_address", "u8"),  # address of [slots] i8, a stack
        ("entries_address", "u8"),
        ("room_records", "i8"),
        ("records", "i8"),  # written
        ("records_address", "u8"),  # address of [room_records] of MBO_DTYPE
    ]
)


class LobsterMemory:
    """The arrays behind a record of LOBSTER_BOOK_DTYPE, which holds their addresses.

    Args:
        tick_size_e9: in units of 1e-9.

    Attributes:
        books: `[1]` of LOBSTER_BOOK_DTYPE.
        records: `[room]` of MBO_DTYPE, written by the kernels.
    """

    def __init__(self, tick_size_e9: int, room: int = 1 << 12) -> None:
        self.books = np.zeros(1, LOBSTER_BOOK_DTYPE)
        self._levels = LevelsMemory(self.book["levels_state"])
        self._orders = np.zeros(room, LOBSTER_ORDER_DTYPE)
        self._free = np.arange(room)[::-1].copy()
        self._entries = idmap.new_map(room, idmap.SLOT_DTYPE)
        self.records = np.zeros(1 << 16, MBO_DTYPE)
        self.book["tick_size_e9"] = tick_size_e9
        self.book["message_row"] = -1
        self.book["free_slots"] = room
        self.book["worst_bid_ticks"] = NOWHERE_TICKS  # no row yet: nothing was shown
        self.book["worst_ask_ticks"] = -NOWHERE_TICKS
        self._bind()

    @property
    def book(self) -> Any:
        """The record, for reading and writing its fields."""
        return self.books[0]

    def grow(self, levels: int) -> None:
        """Make room for whatever one message and one row of so many levels may bring."""
        needed = 4 * levels + 2
        state = self.book["levels_state"]
        while state["room_pages"] - state["pages"] < needed:
            self._levels.grow()
        while self.book["free_slots"] < needed:
            self._double_orders()
        if len(self.records) < self._most_records(levels):
            self.records = np.zeros(2 * self._most_records(levels), MBO_DTYPE)
        self._bind()

    def _double_orders(self) -> None:
        slots, held = len(self._orders), int(self.book["free_slots"])
        self._orders = np.concatenate([self._orders, np.zeros_like(self._orders)])
        free = np.zeros(2 * slots, np.int64)
        free[:slots] = np.arange(slots, 2 * slots)[::-1]
        free[slots : slots + held] = self._free[:held]
        self._free = free
        self.book["free_slots"] += slots
        self._entries = idmap.grown(self._entries)

    def _most_records(self, levels: int) -> int:
        """As many as one message and its row can bring: every order filled, every level changed."""
        return 2 * len(self._orders) + 4 * levels + 4

    def _bind(self) -> None:
        book = self.book
        book["slots"], book["map_slots"] = len(self._orders), len(self._entries)
        book["room_records"] = len(self.records)
        book["orders_address"] = address_of(self._orders)
        book["free_address"] = address_of(self._free)
        book["entries_address"] = address_of(self._entries)
        book["records_address"] = address_of(self.records)


@kernel
def orders_of(book: np.void) -> NDArray[np.void]:
    """`[slots]` of LOBSTER_ORDER_DTYPE."""
    return column(book["orders_address"], book["slots"], LOBSTER_ORDER_DTYPE)


@kernel
def free_of(book: np.void) -> NDArray[np.int64]:
    """`[slots]` stack of free slots, `free_slots` of them valid."""
    return column(book["free_address"], book["slots"], np.int64)


@kernel
def entries_of(book: np.void) -> NDArray[np.void]:
    """`[map_slots]` of `idmap.SLOT_DTYPE`."""
    return column(book["entries_address"], book["map_slots"], idmap.SLOT_DTYPE)


@kernel
def slot_of(book: np.void, order_id: np.uint64) -> int:
    """Slot of an order, or NO_SLOT."""
    entry = entries_of(book)[idmap.locate(entries_of(book), order_id)]
    return int(entry["slot"]) if entry["is_used"] else NO_SLOT


@kernel
def records_of(book: np.void) -> NDArray[np.void]:
    """`[room_records]` of MBO_DTYPE."""
    return column(book["records_address"], book["room_records"], MBO_DTYPE)


@kernel
def has_room(book: np.void, levels: int) -> Any:
    """Whether one more message and its row can be taken, whatever they are."""
    state = book["levels_state"]
    needed = 4 * levels + 2
    return (
        book["free_slots"] >= needed
        and state["room_pages"] - state["pages"] >= needed
        and book["room_records"] - book["records"] >= 2 * book["slots"] + needed + 2
    )


@kernel
def emit(book: np.void, action: int, side: int, order_id: np.uint64, px_e9: int, lots: int) -> None:
    """Write an MBO record at the time of the message in hand."""
    record = records_of(book)[book["records"]]
    record["action"], record["order_id"] = action, order_id
    record["side"] = NONE if side == 0 else (BID if side > 0 else ASK)
    record["price"], record["size"] = px_e9, lots
    record["flags"] = F_MAYBE_BAD_BOOK if book["in_halt"] else 0
    record["ts_event"] = book["message_state"]["ts_exchange_ns"]
    record["ts_recv"] = book["message_state"]["ts_exchange_ns"]
    book["records"] += 1


@kernel
def rest(book: np.void, order_id: np.uint64, side: int, px_ticks: int, lots: int) -> None:
    """An order comes to rest at the back of its level; id 0 for lots without a name."""
    named = order_id != np.uint64(0)
    if not named:
        order_id = _UNNAMED | np.uint64(book["arrivals_count"])
    book["free_slots"] -= 1
    slot = free_of(book)[book["free_slots"]]
    book["high_slot"] = max(book["high_slot"], slot + 1)
    place = idmap.locate(entries_of(book), order_id)
    idmap.put_at(entries_of(book), place, order_id)
    entries_of(book)[place]["slot"] = slot
    order = orders_of(book)[slot]
    order["order_id"], order["side"], order["px_ticks"] = order_id, side, px_ticks
    order["lots"], order["arrival_index"] = lots, book["arrivals_count"]
    order["is_named"] = named
    order["last_row"] = book["message_state"]["last_row"] if named else -1
    book["arrivals_count"] += 1
    ladder.put(book["levels_state"], side, px_ticks, lots)
    emit(book, ADD, side, order_id, px_ticks * book["tick_size_e9"], lots)


@kernel
def leave(book: np.void, slot: int, lots: int, executed: bool) -> None:
    """Lots of an order are gone, cancelled or executed at the price of the message in hand."""
    order = orders_of(book)[slot]
    side, order_id = order["side"], order["order_id"]
    if executed:
        emit(book, FILL, side, order_id, book["message_state"]["px_e9"], lots)
    emit(book, CANCEL, side, order_id, order["px_ticks"] * book["tick_size_e9"], lots)
    ladder.leave(book["levels_state"], side, order["px_ticks"], lots)
    order["lots"] -= lots
    if order["lots"] == 0:
        idmap.remove_if(entries_of(book), idmap.locate(entries_of(book), order_id), 1)
        free_of(book)[book["free_slots"]] = slot
        book["free_slots"] += 1


@kernel
def leave_level(
    book: np.void, side: int, px_ticks: int, lots: int, untold: bool, executed: bool
) -> None:
    """So many lots of a level are gone, nobody says of which orders.

    Executions take the oldest order first, as price and time have it; of cancels the newest is
    taken, so that nobody who waits behind is moved forward by a guess.

    Args:
        book: of LOBSTER_BOOK_DTYPE.
        side: of the level.
        px_ticks: of the level.
        lots: at most so many leave.
        untold: they are of an order that was never told, so lots without a name go first.
        executed: or cancelled.
    """
    left = min(lots, ladder.lots_at(book["levels_state"], side, px_ticks))
    while left > 0:
        slot = _pick(book, side, px_ticks, untold, executed)
        taken = min(left, orders_of(book)[slot]["lots"])
        leave(book, slot, taken, executed)
        left -= taken


@kernel
def _pick(book: np.void, side: int, px_ticks: int, untold: bool, oldest: bool) -> int:
    """Slot of the order of a level that may have gone: one that is heard of later has not."""
    orders = orders_of(book)
    best, best_rank = -1, np.int64(0)
    for slot in range(book["high_slot"]):
        order = orders[slot]
        if order["lots"] == 0 or order["px_ticks"] != px_ticks or order["side"] != side:
            continue
        rank = order["arrival_index"] if oldest else -order["arrival_index"]
        if order["is_named"] and order["last_row"] > book["message_row"]:
            rank += 2 * _NEXT_CHOICE
        elif order["is_named"] == untold:
            rank += _NEXT_CHOICE
        if best < 0 or rank < best_rank:
            best, best_rank = slot, rank
    return best
