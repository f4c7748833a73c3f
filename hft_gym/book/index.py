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
from hft_gym.book.self_match import rows_passing_over
from hft_gym.book.uncrossing import CROSSED, uncrossings
from hft_gym.errors import InputError
from hft_gym.kernel.address import address_of, aligned_zeros, column
from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.kernel.lanes import LANES, WIDE, add_moves, first_bits, moved_at
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Flag, Kind

BLOCK_ROWS = LANES
WINDOW_PLACES = 30  # both sides of 15 levels
CHECKPOINT_ROWS = 512  # at least; more where a ladder is long
MOST_LEVELS = 1 << 25
PLACE_MASK = (1 << 27) - 1
ONE = np.uint64(1)
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

LAST = int(Flag.LAST)
ADD, REDUCE, TRADE = int(Kind.ADD), int(Kind.REDUCE), int(Kind.TRADE)
CLEAR, LEVEL = int(Kind.CLEAR), int(Kind.LEVEL)
NOT_TRADABLE = CROSSED | int(Flag.SNAPSHOT)

# What is kept of `BLOCK_ROWS` rows side by side, 5 lines of memory, and of the book before them.
BLOCK_DTYPE = np.dtype(
    [
        ("reach", "i4", (BLOCK_ROWS,)),
        ("moved_lots", "i4", (BLOCK_ROWS,)),  # by which the row's place grows; 0 outside the band
        ("queue_key", "i4", (BLOCK_ROWS,)),  # priority of the order touched; of a TRADE: its lots
        # the window round the touch before the first row
        ("window_lots", "i4", (WINDOW_PLACES,)),
        ("window_place", "i4"),  # the first one
        ("notes", "u4"),  # WAS_CROSSED and others; bit LAST_AT + k: row k ends a packet
    ]
)
WAS_CROSSED = 1  # the book is crossed before some row of the block
WAS_EMPTIED = 2  # some row of the block empties the book
PASSES_OVER = 4  # some print of the block passes orders over, or one of these leaves in it
LAST_AT = 16
BLOCK_BYTES = BLOCK_DTYPE.itemsize
LOTS_AT, KEYS_AT, WINDOW_AT = (
    BLOCK_DTYPE.fields[name][1]  # type: ignore[index]
    for name in ("moved_lots", "queue_key", "window_lots")
)

# Where the arrays of an index lie in memory.
INDEX_DTYPE = np.dtype(
    [
        ("base_ticks", "i8"),
        ("places", "i8"),
        ("rows", "i8"),
        ("blocks", "i8"),
        ("checkpoints", "i8"),
        ("checkpoint_rows", "i8"),
        ("blocks_address", "i8"),
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
        rows: of the tape.
        blocks: `[rows // BLOCK_ROWS + 1]` of `BLOCK_DTYPE`.
        checkpoints: `[rows // checkpoint_rows + 1, places]` i4, the ladder before such a row.
        checkpoint_rows: rows from one checkpoint to the next.
        uncrossings: i8, rows before which the book has just uncrossed or trading goes on.
    """

    base_ticks: int
    rows: int
    blocks: NDArray[Any]
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
        levels = max(levels, WIDE // 2)
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
            rows,
            aligned_zeros(rows // BLOCK_ROWS + 1, BLOCK_DTYPE),
            np.zeros((rows // checkpoint_rows + 1, 2 * levels), np.int32),
            checkpoint_rows,
            uncrossings(tape.flags),
        )
        columns = tuple(getattr(tape, name) for name in _COLUMNS)
        _note_rows(columns, base_ticks, index.blocks, index.places)
        _note_books(columns, index.blocks, index.checkpoints)
        index.blocks["notes"][rows_passing_over(tape) // BLOCK_ROWS] |= PASSES_OVER
        return index

    def record(self) -> tuple[int, ...]:
        """A row of a table of `INDEX_DTYPE`; keep the index alive for as long as the row."""
        sizes = self.rows, len(self.blocks), len(self.checkpoints), self.checkpoint_rows
        addresses = address_of(self.blocks), address_of(self.checkpoints)
        uncrossings = len(self.uncrossings), address_of(self.uncrossings)
        return (self.base_ticks, self.places, *sizes, *addresses, *uncrossings)


_COLUMNS = ("kind", "side", "px_ticks", "lots", "queue_key", "flags")


@kernel
def _reach_of(kind: int, side: int, lots: int, level: int, levels: int, tradable: bool) -> int:
    """What a row can do to an order of ours; a trade beyond the band meets all that lies in it."""
    if kind == CLEAR:
        return EMPTIES
    inside = 0 <= level < levels
    level = min(max(level, -1), levels)
    meets = kind == TRADE or (kind == ADD and lots > 0)
    if meets and tradable and side != 0:
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
def _note_rows(columns: Any, base_ticks: int, blocks: NDArray[Any], places: int) -> None:
    """Fill in what each row does, of LEVEL rows without their lots."""
    kinds, sides, prices, sizes, keys, flags = columns
    for row in range(kinds.size):
        block, k = blocks[row // BLOCK_ROWS], row % BLOCK_ROWS
        kind, side, level = int(kinds[row]), int(sides[row]), int(prices[row]) - base_ticks
        tradable = flags[row] & NOT_TRADABLE == 0
        lots = int(sizes[row])
        block["reach"][k] = _reach_of(kind, side, lots, level, places // 2, tradable)
        block["queue_key"][k] = sizes[row] if kind == TRADE else keys[row]
        if 0 <= level < places // 2 and kind in (ADD, REDUCE):
            block["moved_lots"][k] = sizes[row] if kind == ADD else -sizes[row]
        if kind == CLEAR:
            block["notes"] |= WAS_EMPTIED
        if flags[row] & LAST:
            block["notes"] |= 1 << (LAST_AT + k)


@kernel
def _note_books(columns: Any, blocks: NDArray[Any], checkpoints: NDArray[np.int32]) -> None:
    """Replay the tape once; keep windows and ladders on the way, and what a LEVEL row moves."""
    kinds, _, _, sizes, _, flags = columns
    ladder = np.zeros(checkpoints.shape[1], np.int32)
    checkpoint_rows = max(CHECKPOINT_ROWS, ladder.size // 2)
    first = 0  # place of the window
    for row in range(kinds.size + 1):
        block, k = blocks[row // BLOCK_ROWS], row % BLOCK_ROWS
        if row > 0 and flags[row - 1] & CROSSED:
            block["notes"] |= WAS_CROSSED
        if k == 0:
            first = _window_round_touch(ladder, first)
            block["window_place"] = first
            for place in range(WINDOW_PLACES):
                block["window_lots"][place] = ladder[first + place]
        if row % checkpoint_rows == 0:
            checkpoints[row // checkpoint_rows] = ladder
        if row == kinds.size:
            return
        if block["reach"][k] == EMPTIES:
            ladder[:] = 0
            continue
        reach = int(block["reach"][k])
        place = reach & PLACE_MASK
        if kinds[row] == LEVEL and reach < QUIET:
            grows_by_lots = int(sizes[row] - ladder[place])
            block["moved_lots"][k] = grows_by_lots
            block["reach"][k] = _reach_of_level(reach, grows_by_lots, int(flags[row]))
        if block["moved_lots"][k] != 0:
            ladder[place] += block["moved_lots"][k]


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
    return min(max(first - first % 2, 0), ladder.size - WIDE)


@kernel
def _blocks_of(index: np.void) -> NDArray[Any]:
    return column(index["blocks_address"], index["blocks"], BLOCK_DTYPE)


@kernel
def reach_at(index: np.void, row: int) -> int:
    """What a row can do to an order of ours."""
    return int(_blocks_of(index)[row // BLOCK_ROWS]["reach"][row % BLOCK_ROWS])


@kernel
def moved_lots_at(index: np.void, row: int) -> int:
    """By how many lots a row makes its place grow."""
    return int(_blocks_of(index)[row // BLOCK_ROWS]["moved_lots"][row % BLOCK_ROWS])


@kernel
def queue_key_at(index: np.void, row: int) -> int:
    """The priority of the order that a row touches; of a TRADE: its lots."""
    return int(_blocks_of(index)[row // BLOCK_ROWS]["queue_key"][row % BLOCK_ROWS])


@kernel
def may_pass_over(index: np.void, row: int) -> bool:
    """Whether some row of a row's block passes orders over or takes one of these away."""
    return _blocks_of(index)[row // BLOCK_ROWS]["notes"] & PASSES_OVER != 0


@kernel
def ends_packet(index: np.void, row: int) -> bool:
    """Whether the book is consistent again after a row."""
    return _blocks_of(index)[row // BLOCK_ROWS]["notes"] >> (LAST_AT + row % BLOCK_ROWS) & 1 != 0


@kernel
def level_met(reach: int) -> int:
    """The level of a row that may trade with us; -1 or the number of levels: beyond the band."""
    return (reach - MEETS_BID - 1) >> 1 if reach < 0 else (reach - MEETS_ASK) >> 1


@kernel
def block_address(index: np.void, row: int) -> int:
    """Where the block of a row lies in memory."""
    return int(index["blocks_address"]) + BLOCK_BYTES * (row // BLOCK_ROWS)


@kernel
def is_crossed_in(index: np.void, row: int) -> bool:
    """Whether the book is crossed before some row of a row's block; if not, nobody need ask."""
    return _blocks_of(index)[row // BLOCK_ROWS]["notes"] & WAS_CROSSED != 0


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
    """Let the rows from `rows[0]` to before `rows[1]` change the places `span` of a ladder."""
    for row in range(rows[0], rows[1]):
        reach = reach_at(index, row)
        if reach == EMPTIES:
            ladder[span[0] : span[1]] = 0
        place = reach & PLACE_MASK
        if span[0] <= place < span[1]:
            ladder[place] += moved_lots_at(index, row)


@inlined_kernel
def lots_near(index: np.void, row: int, place: int) -> int:
    """Lots of a place before a row, where the window alone tells; -1: it does not."""
    block = _blocks_of(index)[row // BLOCK_ROWS]
    k = place - block["window_place"]
    if k < 0 or k >= WINDOW_PLACES or block["notes"] & WAS_EMPTIED:
        return -1
    address = block_address(index, row)
    moved = moved_at(address, address + LOTS_AT, row % BLOCK_ROWS, place, PLACE_MASK)
    return int(block["window_lots"][k]) + moved


@kernel
def load_window(index: np.void, ladder: NDArray[np.int32], row: int) -> tuple[int, Any]:
    """Make `WINDOW_PLACES` places of a ladder what they are before `row`.

    The two places behind them are written to as well and hold nothing of use.

    Returns:
        The first place; and the bits of those, counted from it, that show lots.
    """
    block = _blocks_of(index)[row // BLOCK_ROWS]
    first = int(block["window_place"])
    if block["notes"] & WAS_EMPTIED:
        shown: Any = np.uint64(0)
        ladder[first : first + WINDOW_PLACES] = block["window_lots"]
        _replay(index, ladder, (first, first + WINDOW_PLACES), (row - row % BLOCK_ROWS, row))
        for k in range(WINDOW_PLACES):
            if ladder[first + k] > 0:
                shown |= ONE << np.uint64(k)
        return first, shown
    address = block_address(index, row)
    shown = add_moves(
        ladder.ctypes.data + 4 * first,
        address + WINDOW_AT,
        address,
        address + LOTS_AT,
        row % BLOCK_ROWS,
        first,
        PLACE_MASK,
    )
    return first, first_bits(shown, WINDOW_PLACES)


@kernel
def load_ladder(index: np.void, ladder: NDArray[np.int32], row: int) -> None:
    """Make a whole ladder what it is before `row`: from the last checkpoint, then row by row."""
    places, every_rows = index["places"], index["checkpoint_rows"]
    k = row // every_rows
    saved = column(index["checkpoints_address"], index["checkpoints"] * places, np.int32)
    ladder[:places] = saved[k * places : (k + 1) * places]
    _replay(index, ladder, (0, places), (k * every_rows, row))


@kernel
def follow_ladder(index: np.void, ladder: NDArray[np.int32], first_row: int, row: int) -> None:
    """Take a whole ladder, true before `first_row`, on to what it is before `row`."""
    _replay(index, ladder, (0, index["places"]), (first_row, row))
