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
from hft_gym.tape.marks import MAX_LOTS
from hft_gym.tape.orders import Anomaly
from hft_gym.tape.records import (
    ADD,
    ASK,
    BID,
    CANCEL,
    CLEAR,
    F_MBP,
    F_TOB,
    FILL,
    MODIFY,
    NONE,
    TRADE,
    UNDEF_PRICE,
)

RESTING_DTYPE = np.dtype(  # an entry of the map from order ids, half a cache line
    [("order_id", "u8"), ("price_e9", "i8"), ("lots", "i8"), ("side", "i4"), ("is_used", "i4")]
)
ORDER_BOOK_DTYPE = np.dtype(
    [
        ("level_state", price_levels.SORTED_DTYPE),
        ("anomaly_count", "i8", (len(Anomaly),)),
        ("free_slots", "i8"),  # orders that the map may still take
        ("slots", "i8"),  # orders that the map may hold
        ("map_slots", "i8"),
        ("orders_address", "u8"),  # address of [map_slots] of RESTING_DTYPE: orders by their id
    ]
)


class OrderBook:
    """A book of the orders of one instrument, fed with records.

    Args:
        room: for so many orders and levels before it has to grow.
    """

    def __init__(self, room: int = 256) -> None:
        self._books = np.zeros(1, ORDER_BOOK_DTYPE)
        self._levels = price_levels.SortedLevels(self._books[0]["level_state"], room)
        self._orders = idmap.new_map(room, RESTING_DTYPE)
        self._books[0]["free_slots"] = idmap.room_of(self._orders)
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
            book["free_slots"] = idmap.room_of(self._orders)
            self._orders = idmap.grown(self._orders)
        self._bind()

    def _bind(self) -> None:
        book = self._books[0]
        book["slots"], book["map_slots"] = idmap.room_of(self._orders), len(self._orders)
        book["orders_address"] = address_of(self._orders)


@kernel
def has_room(book: np.void) -> Any:
    """Whether the next record can be taken, whatever it is."""
    return book["free_slots"] > 0 and price_levels.has_room(book["level_state"])


@kernel
def apply_record(book: np.void, record: np.void) -> None:
    """What one record does to the book; trades and fills do nothing."""
    action = record["action"]
    if action == CLEAR:
        _clear(book)
    elif action in (ADD, CANCEL, MODIFY):
        if record["flags"] & (F_TOB | F_MBP):
            _count(book, Anomaly.NOT_AN_ORDER)
        elif action == CANCEL:
            _cancel(book, record)
        elif record["price"] == UNDEF_PRICE:
            _count(book, Anomaly.UNDEFINED_PRICE)
        else:
            _add_or_modify(book, record)
    elif action not in (TRADE, FILL, NONE):
        _count(book, Anomaly.UNKNOWN_ACTION)


@kernel
def _add_or_modify(book: np.void, record: np.void) -> None:
    place = idmap.locate(_orders(book), record["order_id"])
    if _orders(book)[place]["is_used"] == 0:
        if record["action"] == MODIFY:
            _count(book, Anomaly.UNKNOWN_MODIFY)
        _add(book, record, place)
    elif record["action"] == ADD:
        _count(book, Anomaly.DUPLICATE_ADD)
    else:
        _modify(book, record, place)


@kernel
def _add(book: np.void, record: np.void, place: np.uint64) -> None:
    if not _has_lots(book, record):
        return
    side = _sign(record["side"])
    if side == 0:
        _count(book, Anomaly.NO_SIDE)
        return
    book["free_slots"] -= 1
    idmap.put_at(_orders(book), place, record["order_id"])
    _rest(book, place, side, record["price"], _size(record))


@kernel
def _modify(book: np.void, record: np.void, place: np.uint64) -> None:
    """Another price, side or size; to nothing is a cancel."""
    order = _orders(book)[place]
    lots = _size(record)
    if lots > MAX_LOTS:
        _count(book, Anomaly.UNDEFINED_SIZE)
        return
    if lots == 0:
        _count(book, Anomaly.ZERO_SIZE)
        _reduce(book, place, order["lots"])
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
    _rest(book, place, side, record["price"], lots)


@kernel
def _rest(book: np.void, place: np.uint64, side: int, price_e9: int, lots: int) -> None:
    order = _orders(book)[place]
    order["side"] = side
    order["price_e9"] = price_e9
    order["lots"] = lots
    price_levels.change(book["level_state"], side, price_e9, lots, 1)


@kernel
def _cancel(book: np.void, record: np.void) -> None:
    """A whole order leaves, or a part of it."""
    place = idmap.locate(_orders(book), record["order_id"])
    order = _orders(book)[place]
    if order["is_used"] == 0:
        _count(book, Anomaly.UNKNOWN_CANCEL)
        return
    if not _has_lots(book, record):
        return
    lots, leaves = _size(record), order["lots"]
    if lots > leaves:
        _count(book, Anomaly.CANCEL_TOO_LARGE)
    _reduce(book, place, min(lots, leaves))


@kernel
def _reduce(book: np.void, place: np.uint64, lots: int) -> None:
    """Lots of an order leave; with its last lot the order is forgotten."""
    order = _orders(book)[place]
    order["lots"] -= lots
    gone = -1 if order["lots"] == 0 else 0
    price_levels.change(book["level_state"], order["side"], order["price_e9"], -lots, gone)
    if gone:
        idmap.remove_if(_orders(book), place, 1)
        book["free_slots"] += 1


@kernel
def _clear(book: np.void) -> None:
    """The book is empty."""
    if book["free_slots"] < book["slots"]:
        for place in range(book["map_slots"]):
            _orders(book)[place]["is_used"] = 0
        book["free_slots"] = book["slots"]
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
    if side == BID:
        return 1
    return -1 if side == ASK else 0


@kernel
def _orders(book: np.void) -> NDArray[np.void]:
    return column(book["orders_address"], book["map_slots"], RESTING_DTYPE)


@kernel
def _count(book: np.void, anomaly: int) -> None:
    book["anomaly_count"][anomaly] += 1
