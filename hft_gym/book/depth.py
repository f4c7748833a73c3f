"""The best levels of every book of a stream of MBO records, after every packet, in raw prices."""

from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.book import price_levels
from hft_gym.book.order_book import OrderBook, apply_record, has_room
from hft_gym.errors import InputError
from hft_gym.kernel.jit import kernel
from hft_gym.tape.dbn import UNDEF_PRICE
from hft_gym.tape.records import F_LAST

MOST_LOTS = 2**32 - 1  # that a column of sizes can say


class DepthRows(NamedTuple):
    """The best levels at the end of each packet, the touch first.

    Attributes:
        record: `[n]` number of the record that ended the packet.
        price_e9: `[2, n, depth]` i8 of bids and of asks, UNDEF_PRICE where there is no level.
        lots: `[2, n, depth]` u4.
        orders: `[2, n, depth]` u4, how many they are.
    """

    record: NDArray[np.int64]
    price_e9: NDArray[np.int64]
    lots: NDArray[np.uint32]
    orders: NDArray[np.uint32]


class DepthReader:
    """Books of all instruments of a stream: chunks of records in, rows of depth out.

    Args:
        depth: levels of each side.

    Attributes:
        books: the book of each instrument id that was met.
    """

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.books: dict[int, OrderBook] = {}

    @property
    def anomalies(self) -> dict[str, int]:
        """Oddities of each kind that was met, over all books."""
        found = Counter[str]()
        for book in self.books.values():
            found.update(book.anomalies)
        return dict(found)

    def rows(self, records: NDArray[np.void]) -> DepthRows:
        """One row for each of `[n]` MBO records with F_LAST, in their order.

        Raises:
            InputError: a level holds more lots than a row can say.
        """
        records = records.view()
        records.flags.writeable = False  # one type of array, one compilation
        ends = records["flags"] & F_LAST != 0
        row_of = np.cumsum(ends) - 1
        numbers = np.flatnonzero(ends)
        shape = (2, len(numbers), self.depth)
        out = DepthRows(
            numbers, np.empty(shape, np.int64), np.empty(shape, np.uint32),
            np.empty(shape, np.uint32),
        )  # fmt: skip
        ids = records["instrument_id"]
        if len(ids) and np.all(ids == ids[0]):
            self._feed(records, np.arange(len(ids)), row_of, out)
            return self._checked(records, out)
        order = np.argsort(ids, kind="stable")
        starts = np.flatnonzero(np.diff(ids[order], prepend=-1))
        for picks in np.split(order, starts[1:]) if len(order) else []:
            self._feed(records, picks, row_of, out)
        return self._checked(records, out)

    def _feed(
        self,
        records: NDArray[np.void],
        picks: NDArray[np.int64],
        row_of: NDArray[np.int64],
        out: DepthRows,
    ) -> None:
        """Apply the picked records, which are one instrument's."""
        book = self._book(int(records["instrument_id"][picks[0]]))
        columns = (out.price_e9, out.lots, out.orders)
        done = 0
        while True:
            done = _advance(book.records, records, picks, row_of, *columns, done)
            if done == len(picks):
                return
            book.grow()

    def _book(self, instrument_id: int) -> OrderBook:
        if instrument_id not in self.books:
            self.books[instrument_id] = OrderBook()
        return self.books[instrument_id]

    def _checked(self, records: NDArray[np.void], out: DepthRows) -> DepthRows:
        too_many = np.flatnonzero((out.lots == MOST_LOTS).any(axis=(0, 2)))
        if len(too_many):
            record = records[out.record[too_many[0]]]
            raise InputError(
                f"instrument {record['instrument_id']}, sequence {record['sequence']}: a level "
                f"holds {MOST_LOTS} lots or more, too many for a column of sizes; "
                "check the sizes of the file"
            )
        return out


@kernel
def _advance(
    books: NDArray[np.void],
    records: NDArray[np.void],
    picks: NDArray[np.int64],
    rows: NDArray[np.int64],
    price_e9: NDArray[np.int64],
    lots: NDArray[np.uint32],
    orders: NDArray[np.uint32],
    first: int,
) -> int:
    """Apply the picked records from `first` on; where the book has no more room, come back."""
    book = books[0]
    for k in range(first, len(picks)):
        if not has_room(book):
            return k
        record = records[picks[k]]
        apply_record(book, record)
        if record["flags"] & F_LAST:
            row = rows[picks[k]]
            _write_side(book["level_state"], 1, row, price_e9, lots, orders)
            _write_side(book["level_state"], -1, row, price_e9, lots, orders)
    return len(picks)


@kernel
def _write_side(
    levels: np.void,
    side: int,
    row: int,
    price_e9: NDArray[np.int64],
    lots: NDArray[np.uint32],
    orders: NDArray[np.uint32],
) -> None:
    """The best levels of a side as they are now."""
    page = 0 if side > 0 else 1
    depth = price_e9.shape[2]
    best = price_levels.best_place(levels, side)
    shown = min(depth, levels["level_count"][page])
    for k in range(shown):
        level = price_levels.levels_of(levels)[best - k]
        price_e9[page, row, k] = price_levels.rank_of(side, level["rank_e9"])
        lots[page, row, k] = min(level["lots"], MOST_LOTS)
        orders[page, row, k] = level["orders"]
    for k in range(shown, depth):
        price_e9[page, row, k] = UNDEF_PRICE
        lots[page, row, k] = 0
        orders[page, row, k] = 0
