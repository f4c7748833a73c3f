"""Take one real order out of an indexed tape, so that nobody meets it, and put it back.

What the index says of the book at any row changes, and its rows move nothing any more: to every
queue model the tape is one that never had the order.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.book.index import BLOCK_ROWS, WINDOW_PLACES, BookIndex
from hft_gym.kernel.jit import kernel


def arrays_of(index: BookIndex) -> tuple[NDArray[Any], NDArray[np.int32], int]:
    """What `take_out` changes: blocks and checkpoints; and the rows between checkpoints."""
    return index.blocks, index.checkpoints, index.checkpoint_rows


@kernel
def take_out(
    index: Any, place: int, arrival_row: int, rows: NDArray[np.int64], gone: NDArray[np.int64]
) -> None:
    """Let an order never have been there.

    Args:
        index: of `arrays_of`.
        place: of its price in the ladder.
        arrival_row: its ADD row.
        rows: `[n]` its later rows, in order, up to its end.
        gone: `[n]` lots that each of them takes from the book.
    """
    _change(index, place, arrival_row, rows, gone, -1)


@kernel
def put_back(
    index: Any, place: int, arrival_row: int, rows: NDArray[np.int64], gone: NDArray[np.int64]
) -> None:
    """The contrary of `take_out`, with the same arguments."""
    _change(index, place, arrival_row, rows, gone, 1)


@kernel
def _change(
    index: Any,
    place: int,
    arrival_row: int,
    rows: NDArray[np.int64],
    gone: NDArray[np.int64],
    sign: int,
) -> None:
    blocks, left, before = index[0], gone.sum(), arrival_row
    _move(blocks, arrival_row, sign * left)
    for k in range(rows.size):
        _show(index, place, sign * left, (before + 1, rows[k] + 1))
        _move(blocks, rows[k], -sign * gone[k])
        left -= gone[k]
        before = rows[k]


@kernel
def _move(blocks: NDArray[Any], row: int, lots: int) -> None:
    """Let a row add so many lots more to its level."""
    blocks[row // BLOCK_ROWS]["moved_lots"][row % BLOCK_ROWS] += lots


@kernel
def _show(index: Any, place: int, lots: int, rows: tuple[int, int]) -> None:
    """Let a level show so many lots more before each row from `rows[0]` to before `rows[1]`."""
    blocks, checkpoints, checkpoint_rows = index
    for k in range(_first_at(rows[0], BLOCK_ROWS), _first_at(rows[1], BLOCK_ROWS)):
        at = place - blocks[k]["window_place"]
        if 0 <= at < WINDOW_PLACES:
            blocks[k]["window_lots"][at] += lots
    for k in range(_first_at(rows[0], checkpoint_rows), _first_at(rows[1], checkpoint_rows)):
        checkpoints[k, place] += lots


@kernel
def _first_at(row: int, every_rows: int) -> int:
    """Number of the first block that begins at a row or after it."""
    return (row + every_rows - 1) // every_rows
