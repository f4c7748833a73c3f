"""The touch after every packet of a tape, from its rows alone."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hft_gym.book import price_levels
from hft_gym.kernel.jit import kernel
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Flag, Kind

NO_TICKS = 2**31 - 1  # where a side is empty; no tape has this price
_CHUNK_ROWS = 1 << 20
_ADD, _REDUCE, _CLEAR, _LEVEL = int(Kind.ADD), int(Kind.REDUCE), int(Kind.CLEAR), int(Kind.LEVEL)
_LAST, _SNAPSHOT = int(Flag.LAST), int(Flag.SNAPSHOT)


def touches(
    tape: MarketTape, chunk_rows: int = _CHUNK_ROWS
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """The touch after each live packet, chunk by chunk.

    Args:
        tape: what to go through.
        chunk_rows: how many of its rows make a chunk.

    Yields:
        `[n]` rows that end packets, `[n]` best bids and `[n]` best asks in ticks, NO_TICKS where a
        side is empty.
    """
    books = np.zeros(1, price_levels.SORTED_DTYPE)
    levels = price_levels.SortedLevels(books[0], 1024)
    out = np.empty((3, chunk_rows), np.int64)
    columns = (tape.kind, tape.side, tape.px_ticks, tape.lots, tape.flags)
    for first in range(0, len(tape), chunk_rows):
        until = min(first + chunk_rows, len(tape))
        row, found = first, 0
        while True:
            row, found = _follow(books, *columns, (row, until, found), out)
            if row == until:
                break
            levels.grow()
        ends, bids, asks = out[:, :found].copy()
        yield ends, bids, asks


@kernel
def _follow(
    books: NDArray[np.void],
    kind: NDArray[np.uint8],
    side: NDArray[np.int8],
    px_ticks: NDArray[np.int32],
    lots: NDArray[np.int32],
    flags: NDArray[np.uint8],
    place: tuple[int, int, int],
    out: NDArray[np.int64],
) -> tuple[int, int]:
    """Rows from `place[0]` until `place[1]` or until the book is full; `place[2]` are found."""
    book = books[0]
    first, until, found = place
    for row in range(first, until):
        if not price_levels.has_room(book):
            return row, found
        way, price = int(side[row]), int(px_ticks[row])
        if kind[row] == _ADD:
            price_levels.change(book, way, price, int(lots[row]), 0)
        elif kind[row] == _REDUCE:
            price_levels.change(book, way, price, -int(lots[row]), 0)
        elif kind[row] == _CLEAR:
            price_levels.clear(book)
        elif kind[row] == _LEVEL:
            shown = price_levels.lots_at(book, way, price)
            price_levels.change(book, way, price, int(lots[row]) - shown, 0)
        if flags[row] & (_LAST | _SNAPSHOT) == _LAST:
            out[0, found] = row
            out[1, found] = price_levels.best_e9(book, 1, NO_TICKS)
            out[2, found] = price_levels.best_e9(book, -1, NO_TICKS)
            found += 1
    return until, found
