"""An index of a tape: what the book is at any row, and which rows can concern an order of ours.

Our orders leave the tape's book as it is, so that nobody has to carry a book of his own through
every row. The book at a row is found from a window round the touch, kept every `BLOCK_ROWS` rows,
and the few changes since; what lies outside the window, from whole ladders kept less often. Rows
that can concern one order are found by comparing one number a row, its `reach`, with two bounds.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.book.ladder import NO_PRICE, best_ask_at_or_above, best_bid_at_or_below
from hft_gym.errors import InputError
from hft_gym.kernel.address import address_of, column
from hft_gym.kernel.jit import kernel
from hft_gym.kernel.lanes import LANES
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Flag, Kind

BLOCK_ROWS = 16
WINDOW_PLACES = 30  # both sides of 15 levels
CHECKPOINT_ROWS = 512  # at least; more where a ladder is long
MOST_LEVELS = 1 << 25
PLACE_MASK = (1 << 27) - 1
NEVER = 1 << 62  # a row that no tape has

# `reach` of a row: what it can do to an order of ours, and in its low bits the place it bears on
# (see hft_gym.book.ladder). One comparison tells each kind apart:
#   may trade with a bid of ours at this level or above    MEETS_BID + place
#   changes the queue of this very place                   place
#   concerns no order of ours                              QUIET + place
#   may trade with an ask of ours at this level or below   MEETS_ASK + place
EMPTIES = -(1 << 30)  # concerns every order
NO_BID = -(1 << 29)  # bound of a trader without a bid
MEETS_BID = -(1 << 27)
QUIET = 1 << 27
MEETS_ASK = 3 << 27
NO_ASK = 1 << 30  # bound of a trader without an ask

ADD, REDUCE, TRADE = int(Kind.ADD), int(Kind.REDUCE), int(Kind.TRADE)
CLEAR, LEVEL = int(Kind.CLEAR), int(Kind.LEVEL)
CROSSED = int(Flag.CROSSED) | int(Flag.HALTED)  # either way, nobody can trade
NOT_TRADABLE = CROSSED | int(Flag.SNAPSHOT)

# What a row moves, beside its reach.
MOVE_DTYPE = np.dtype(
    [
        ("lots", "i4"),  # by which the row's place grows; 0 outside the band
        ("queue_key", "i4"),  # priority of the order touched; of a TRADE: its lots
    ]
)

# The book before the first row of a block, round the touch.
WINDOW_DTYPE = np.dtype(
    [
        ("place", "i4"),  # of the first of the levels below
        ("is_crossed", "i4"),  # whether the book is crossed before some row of the block
        ("lots", "i4", (WINDOW_PLACES,)),
    ]
)

# Where the arrays of an index lie in memory.
INDEX_DTYPE = np.dtype(
    [
        ("base_ticks", "i8"),
        ("places", "i8"),
        ("rows", "i8"),
        ("windows", "i8"),
        ("checkpoints", "i8"),
        ("checkpoint_rows", "i8"),
        ("reach_address", "i8"),
        ("moves_address", "i8"),
        ("windows_address", "i8"),
        ("checkpoints_address", "i8"),
        ("uncrossings_count", "i8"),
        ("uncrossings_address", "i8"),
    ],
    align=True,
)


@dataclass(frozen=True, eq=False)
class BookIndex:
    """The index of a tape over a band of prices.

    Attributes:
        base_ticks: price of the band's first level.
        reach: `[rows + LANES]` i4, what a row can do to an order of ours.
        moves: `[rows]` of `MOVE_DTYPE`.
        windows: `[rows // BLOCK_ROWS + 1]` of `WINDOW_DTYPE`.
        checkpoints: `[rows // checkpoint_rows + 1, places]` i4, the ladder before such a row.
        checkpoint_rows: rows from one checkpoint to the next.
        uncrossings: i8, rows before which the book has just uncrossed or trading goes on.
    """

    base_ticks: int
    reach: NDArray[np.int32]
    moves: NDArray[Any]
    windows: NDArray[Any]
    checkpoints: NDArray[np.int32]
    checkpoint_rows: int
    uncrossings: NDArray[np.int64]

    @property
    def places(self) -> int:
        """Length of a ladder over the band."""
        return int(self.checkpoints.shape[1])

    @staticmethod
    def of(tape: MarketTape, base_ticks: int, levels: int) -> "BookIndex":
        """Index a tape.

        Args:
            tape: the rows.
            base_ticks: price of the band's first level.
            levels: of the band; made up to a window's width.

        Raises:
            InputError: the band has more levels, or the tape more rows, than an index can hold.
        """
        levels = max(levels, WINDOW_PLACES // 2)
        if levels > MOST_LEVELS:
            raise InputError(
                f"{tape.meta.source}: prices from {tape.meta.low_ticks} to {tape.meta.high_ticks} "
                f"ticks need {levels} levels, more than {MOST_LEVELS}; set a larger data.tick_size"
            )
        rows = len(tape)
        if rows >= 1 << 31:
            raise InputError(f"{tape.meta.source}: {rows} rows are too many for one tape; split it")
        # ladders shall take no more than 8 bytes a row
        checkpoint_rows = max(CHECKPOINT_ROWS, levels)
        index = BookIndex(
            base_ticks,
            np.zeros(rows + LANES, np.int32),
            np.zeros(rows, MOVE_DTYPE),
            np.zeros(rows // BLOCK_ROWS + 1, WINDOW_DTYPE),
            np.zeros((rows // checkpoint_rows + 1, 2 * levels), np.int32),
            checkpoint_rows,
            _uncrossings(tape.flags),
        )
        columns = tuple(getattr(tape, name) for name in _COLUMNS)
        _note_rows(columns, base_ticks, index.reach, index.moves, index.places)
        _note_books(columns, index.reach, index.moves, index.windows, index.checkpoints)
        return index

    def record(self) -> tuple[int, ...]:
        """A row of a table of `INDEX_DTYPE`; keep the index alive for as long as the row."""
        arrays = (self.reach, self.moves, self.windows, self.checkpoints)
        sizes = len(self.moves), len(self.windows), len(self.checkpoints), self.checkpoint_rows
        uncrossings = (len(self.uncrossings), address_of(self.uncrossings))
        addresses = (address_of(array) for array in arrays)
        return (self.base_ticks, self.places, *sizes, *addresses, *uncrossings)


_COLUMNS = ("kind", "side", "px_ticks", "lots", "queue_key", "flags")


def _uncrossings(flags: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Rows before which the book has just uncrossed, or trading has just gone on."""
    ends = np.flatnonzero(flags & int(Flag.LAST))  # only after these is the book consistent
    crossed = (flags[ends] & CROSSED) != 0
    return ends[1:][crossed[:-1] & ~crossed[1:]].astype(np.int64) + 1


@kernel
def _reach_of(kind: int, side: int, level: int, levels: int, tradable: bool) -> int:
    """What a row can do to an order of ours; a trade beyond the band meets all that lies in it."""
    if kind == CLEAR:
        return EMPTIES
    inside = 0 <= level < levels
    level = min(max(level, -1), levels)
    if kind in (ADD, TRADE) and tradable and side != 0:
        return MEETS_BID + 2 * level + 1 if side < 0 else MEETS_ASK + 2 * level
    place = 2 * level + (1 if side < 0 else 0)
    if inside and kind in (REDUCE, LEVEL):
        return place
    return QUIET + place if inside and kind == ADD else QUIET


@kernel
def _reach_of_level(place: int, grows_by_lots: int, flags: int) -> int:
    """A level that grows holds newcomers, who may meet us as single ones do."""
    if grows_by_lots <= 0:
        return place
    if flags & NOT_TRADABLE:
        return QUIET + place
    return MEETS_BID + place if place & 1 else MEETS_ASK + place


@kernel
def _note_rows(
    columns: Any, base_ticks: int, reach: NDArray[np.int32], moves: NDArray[Any], places: int
) -> None:
    """Fill in `reach` and `moves`, of LEVEL rows without their lots."""
    kinds, sides, prices, sizes, keys, flags = columns
    for row in range(kinds.size):
        kind, side, level = int(kinds[row]), int(sides[row]), int(prices[row]) - base_ticks
        tradable = flags[row] & NOT_TRADABLE == 0
        reach[row] = _reach_of(kind, side, level, places // 2, tradable)
        moves[row]["queue_key"] = sizes[row] if kind == TRADE else keys[row]
        if 0 <= level < places // 2 and kind in (ADD, REDUCE):
            moves[row]["lots"] = sizes[row] if kind == ADD else -sizes[row]


@kernel
def _note_books(
    columns: Any,
    reach: NDArray[np.int32],
    moves: NDArray[Any],
    windows: NDArray[Any],
    checkpoints: NDArray[np.int32],
) -> None:
    """Replay the tape once; keep windows and ladders on the way, and what a LEVEL row moves."""
    kinds, _, _, sizes, _, flags = columns
    ladder = np.zeros(checkpoints.shape[1], np.int32)
    checkpoint_rows = max(CHECKPOINT_ROWS, ladder.size // 2)
    first = 0  # place of the window
    for row in range(kinds.size + 1):
        window = windows[row // BLOCK_ROWS]
        if row > 0 and flags[row - 1] & CROSSED:
            window["is_crossed"] = 1
        if row % BLOCK_ROWS == 0:
            first = _window_round_touch(ladder, first)
            window["place"] = first
            for k in range(WINDOW_PLACES):
                window["lots"][k] = ladder[first + k]
        if row % checkpoint_rows == 0:
            checkpoints[row // checkpoint_rows] = ladder
        if row == kinds.size:
            return
        if reach[row] == EMPTIES:
            ladder[:] = 0
            continue
        place = reach[row] & PLACE_MASK
        if kinds[row] == LEVEL and reach[row] < QUIET:
            moves[row]["lots"] = sizes[row] - ladder[place]
            reach[row] = _reach_of_level(int(reach[row]), int(moves[row]["lots"]), int(flags[row]))
        if moves[row]["lots"] != 0:
            ladder[place] += moves[row]["lots"]


@kernel
def _window_round_touch(ladder: NDArray[np.int32], before: int) -> int:
    """First place of a window with the touch in its middle; `before` where there is none.

    The search begins at the window before, near which the touch most often is: from any bid up,
    the first ask is the best one, unless the book is crossed, and then no window is needed.
    """
    bid = best_bid_at_or_below(ladder, 0, before // 2 + WINDOW_PLACES // 4)
    ask = best_ask_at_or_above(ladder, 0, max(bid, 0))
    bid = best_bid_at_or_below(ladder, 0, ladder.size // 2 - 1 if ask == NO_PRICE else ask)
    if bid == NO_PRICE and ask == NO_PRICE:
        return before
    if bid == NO_PRICE:
        bid = ask
    elif ask == NO_PRICE:
        ask = bid
    first = bid + ask + 1 - WINDOW_PLACES // 2
    return min(max(first - first % 2, 0), ladder.size - WINDOW_PLACES)


@kernel
def reach_of(index: np.void) -> NDArray[np.int32]:
    """Column `reach` of a record of `INDEX_DTYPE`."""
    return column(index["reach_address"], index["rows"], np.int32)


@kernel
def moves_of(index: np.void) -> NDArray[Any]:
    """Table `moves` of a record of `INDEX_DTYPE`."""
    return column(index["moves_address"], index["rows"], MOVE_DTYPE)


@kernel
def is_crossed_in(index: np.void, row: int) -> bool:
    """Whether the book is crossed before some row of a row's block; if not, nobody need ask."""
    windows = column(index["windows_address"], index["windows"], WINDOW_DTYPE)
    return windows[row // BLOCK_ROWS]["is_crossed"] != 0


@kernel
def next_uncrossing(index: np.void, row: int) -> int:
    """The first row after `row` before which the book has just uncrossed; NEVER: there is none."""
    rows = column(index["uncrossings_address"], index["uncrossings_count"], np.int64)
    low, high = 0, rows.size
    while low < high:
        middle = (low + high) // 2
        if rows[middle] > row:
            high = middle
        else:
            low = middle + 1
    return int(rows[low]) if low < rows.size else NEVER


@kernel
def _replay(
    index: np.void, ladder: NDArray[np.int32], span: tuple[int, int], rows: tuple[int, int]
) -> None:
    """Let the rows from `rows[0]` to before `rows[1]` change the places `span` of a ladder.

    Which rows lie in the span no processor could guess: those outside add nothing to its start.
    """
    reach, moves = reach_of(index), moves_of(index)
    low, width = np.uint64(span[0]), np.uint64(span[1] - span[0])
    for k in range(np.uint64(rows[0]), np.uint64(rows[1])):
        if reach[k] == EMPTIES:
            ladder[span[0] : span[1]] = 0
        place = np.uint64(reach[k] & PLACE_MASK)
        inside = place - low < width
        at = place if inside else low
        ladder[at] += moves[k]["lots"] if inside else 0


@kernel
def load_window(index: np.void, ladder: NDArray[np.int32], row: int) -> int:
    """Make `WINDOW_PLACES` places of a ladder what they are before `row`; returns the first."""
    block = row // BLOCK_ROWS
    window = column(index["windows_address"], index["windows"], WINDOW_DTYPE)[block]
    first = int(window["place"])
    for k in range(np.uint64(WINDOW_PLACES)):
        ladder[np.uint64(first) + k] = window["lots"][k]
    _replay(index, ladder, (first, first + WINDOW_PLACES), (block * BLOCK_ROWS, row))
    return first


@kernel
def load_ladder(index: np.void, ladder: NDArray[np.int32], row: int) -> None:
    """Make a whole ladder what it is before `row`: from the last checkpoint, then row by row."""
    places, every_rows = index["places"], index["checkpoint_rows"]
    k = row // every_rows
    saved = column(index["checkpoints_address"], index["checkpoints"] * places, np.int32)
    ladder[:places] = saved[k * places : (k + 1) * places]
    _replay(index, ladder, (0, places), (k * every_rows, row))
