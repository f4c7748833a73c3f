"""A book of the orders of one instrument, from MBO records in raw prices, without a tick size.

Unlike the book that makes tapes (`hft_gym.tape.l3`) it counts the orders of each level and writes
no rows. The rules are those of DBN's MBO schema (Databento, "Market by order" and its flags).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.book import price_levels
from hft_gym.kernel import idmap
from hft_gym.kernel.address import address_of, column
from hft_gym.kernel.jit import kernel
from hft_gym.tape.dbn import UNDEF_PRICE
from hft_gym.tape.l3 import F_MBP, F_TOB, MAX_LOTS
from hft_gym.tape.orders import Anomaly

RESTING_DTYPE = np.dtype([("price_e9", "i8"), ("lots", "i8"), ("side", "i8")])
ORDER_BOOK_DTYPE = np.dtype(
    [
        ("level_state", price_levels.SORTED_DTYPE),
        ("anomaly_count", "i8", (len(Anomaly),)),
        ("free_slots", "i8"),
        ("slots", "i8"),
        ("map_slots", "i8"),
        ("orders_address", "u8"),  # address of [slots] of RESTING_DTYPE
        ("free_address", "u8"),  # address of [slots] i8, a stack of free slots
        ("entries_address", "u8"),  # address of [map_slots]: the map from order id to slot
    ]
)
_ADD, _CANCEL, _MODIFY, _CLEAR = ord("A"), ord("C"), ord("M"), ord("R")
_TRADE, _FILL, _NONE = ord("T"), ord("F"), ord("N")
_BID, _ASK = ord("B"), ord("A")


class OrderBook:
    """A book of the orders of one instrument, fed with records.

    Args:
        room: for so many orders and levels before it has to grow.
    """

    def __init__(self, room: int = 256) -> None:
        self._books = np.zeros(1, ORDER_BOOK_DTYPE)
        self._levels = price_levels.SortedLevels(self._books[0]["level_state"], room)
        self._entries = idmap.new_map(room)
        slots = len(self._entries) // 2
        self._orders = np.zeros(slots, RESTING_DTYPE)
        self._free = np.arange(slots)[::-1].copy()
        self._books[0]["free_slots"] = slots
        self._bind()

    @property
    def anomalies(self) -> dict[str, int]:
        """Oddities of each kind that was met."""
        counts = self._books[0]["anomaly_count"]
        return {kind.name.lower(): int(counts[kind]) for kind in Anomaly if counts[kind]}

    @property
    def records(self) -> NDArray[np.void]:
        """`[1]` of ORDER_BOOK_DTYPE, for kernels."""
        return self._books

    def grow(self) -> None:
        """Make more room wherever it has run out."""
        book = self._books[0]
        if not price_levels.has_room(book["level_state"]):
            self._levels.grow()
        if book["free_slots"] == 0:
            slots = len(self._orders)
            self._entries = idmap.grown(self._entries)
            self._orders = np.concatenate([self._orders, np.zeros_like(self._orders)])
            self._free = np.concatenate([np.arange(slots, 2 * slots)[::-1], self._free])
            book["free_slots"] = slots
        self._bind()

    def _bind(self) -> None:
        book = self._books[0]
        book["slots"], book["map_slots"] = len(self._orders), len(self._entries)
        book["orders_address"] = address_of(self._orders)
        book["free_address"] = address_of(self._free)
        book["entries_address"] = address_of(self._entries)


@kernel
def has_room(book: np.void) -> Any:
    """Whether the next record can be taken, whatever it is."""
    return book["free_slots"] > 0 and price_levels.has_room(book["level_state"])


@kernel
def apply_record(book: np.void, record: np.void) -> None:
    """What one record does to the book; trades and fills do nothing."""
    action = record["action"]
    if action == _CLEAR:
        _clear(book)
    elif action in (_ADD, _CANCEL, _MODIFY):
        if record["flags"] & (F_TOB | F_MBP):
            _count(book, Anomaly.NOT_AN_ORDER)
        elif action == _CANCEL:
            _cancel(book, record)
        elif record["price"] == UNDEF_PRICE:
            _count(book, Anomaly.UNDEFINED_PRICE)
        else:
            _add_or_modify(book, record)
    elif action not in (_TRADE, _FILL, _NONE):
        _count(book, Anomaly.UNKNOWN_ACTION)


@kernel
def _add_or_modify(book: np.void, record: np.void) -> None:
    place = idmap.locate(_entries(book), record["order_id"])
    slot = _entries(book)[place]["slot"]
    if slot == idmap.EMPTY:
        if record["action"] == _MODIFY:
            _count(book, Anomaly.UNKNOWN_MODIFY)
        _add(book, record, place)
    elif record["action"] == _ADD:
        _count(book, Anomaly.DUPLICATE_ADD)
    else:
        _modify(book, record, place, slot)


@kernel
def _add(book: np.void, record: np.void, place: int) -> None:
    if not _has_lots(book, record):
        return
    side = _sign(record["side"])
    if side == 0:
        _count(book, Anomaly.NO_SIDE)
        return
    book["free_slots"] -= 1
    slot = _free(book)[book["free_slots"]]
    idmap.put_at(_entries(book), place, record["order_id"], slot)
    _rest(book, slot, side, record["price"], _size(record))


@kernel
def _modify(book: np.void, record: np.void, place: int, slot: int) -> None:
    """Another price, side or size; to nothing is a cancel."""
    order = _orders(book)[slot]
    lots = _size(record)
    if lots > MAX_LOTS:
        _count(book, Anomaly.UNDEFINED_SIZE)
        return
    if lots == 0:
        _count(book, Anomaly.ZERO_SIZE)
        _reduce(book, place, slot, order["lots"])
        return
    side = _sign(record["side"])
    if side == 0:
        side = order["side"]
    if side == order["side"] and record["price"] == order["price_e9"]:
        if lots != order["lots"]:
            more = lots - order["lots"]
            price_levels.change(book["level_state"], side, order["price_e9"], more, 0)
            order["lots"] = lots
        return
    price_levels.change(book["level_state"], order["side"], order["price_e9"], -order["lots"], -1)
    _rest(book, slot, side, record["price"], lots)


@kernel
def _rest(book: np.void, slot: int, side: int, price_e9: int, lots: int) -> None:
    order = _orders(book)[slot]
    order["side"] = side
    order["price_e9"] = price_e9
    order["lots"] = lots
    price_levels.change(book["level_state"], side, price_e9, lots, 1)


@kernel
def _cancel(book: np.void, record: np.void) -> None:
    """A whole order leaves, or a part of it."""
    place = idmap.locate(_entries(book), record["order_id"])
    slot = _entries(book)[place]["slot"]
    if slot == idmap.EMPTY:
        _count(book, Anomaly.UNKNOWN_CANCEL)
        return
    if not _has_lots(book, record):
        return
    lots, leaves = _size(record), _orders(book)[slot]["lots"]
    if lots > leaves:
        _count(book, Anomaly.CANCEL_TOO_LARGE)
    _reduce(book, place, slot, min(lots, leaves))


@kernel
def _reduce(book: np.void, place: int, slot: int, lots: int) -> None:
    """Lots of an order leave; with its last lot the order is forgotten."""
    order = _orders(book)[slot]
    order["lots"] -= lots
    gone = -1 if order["lots"] == 0 else 0
    price_levels.change(book["level_state"], order["side"], order["price_e9"], -lots, gone)
    if gone:
        idmap.remove_at(_entries(book), place)
        _free(book)[book["free_slots"]] = slot
        book["free_slots"] += 1


@kernel
def _clear(book: np.void) -> None:
    """The book is empty."""
    slots = len(_orders(book))
    if book["free_slots"] < slots:
        for place in range(len(_entries(book))):
            _entries(book)[place]["slot"] = idmap.EMPTY
        for slot in range(slots):
            _free(book)[slot] = slot
        book["free_slots"] = slots
    price_levels.clear(book["level_state"])


@kernel
def _has_lots(book: np.void, record: np.void) -> bool:
    if record["size"] == 0:
        _count(book, Anomaly.ZERO_SIZE)
        return False
    if record["size"] > MAX_LOTS:
        _count(book, Anomaly.UNDEFINED_SIZE)
        return False
    return True


@kernel
def _size(record: np.void) -> Any:
    """Size of a record as a signed number: Numba turns mixed arithmetic into floats."""
    return np.int64(record["size"])


@kernel
def _sign(side: int) -> int:
    if side == _BID:
        return 1
    return -1 if side == _ASK else 0


@kernel
def _orders(book: np.void) -> NDArray[np.void]:
    return column(book["orders_address"], book["slots"], RESTING_DTYPE)


@kernel
def _free(book: np.void) -> NDArray[np.int64]:
    return column(book["free_address"], book["slots"], np.int64)


@kernel
def _entries(book: np.void) -> NDArray[np.void]:
    return column(book["entries_address"], book["map_slots"], idmap.ENTRY_DTYPE)


@kernel
def _count(book: np.void, anomaly: int) -> None:
    book["anomaly_count"][anomaly] += 1
