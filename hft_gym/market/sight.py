"""What a message of ours finds at the exchange when it arrives: the tape's book at one row."""

import numpy as np

from hft_gym.book.index import (
    PLACE_MASK,
    WINDOW_PLACES,
    is_crossed_in,
    lots_near,
    reach_at,
)
from hft_gym.book.ladder import (
    NO_PRICE,
    best_ask_at_or_above,
    best_bid_at_or_below,
    place_of,
)
from hft_gym.book.uncrossing import CROSSED
from hft_gym.kernel.jit import kernel
from hft_gym.kernel.lanes import bits_from, first_bits, highest_bit, lowest_bit
from hft_gym.market.columns import consumed_of, flags_of, ladder_of, show

BIDS, ASKS = np.uint64(0x5555_5555), np.uint64(0xAAAA_AAAA)  # places of either side in a window
NONE_SHOWN, NOT_KNOWN = -1, -2


@kernel
def is_crossed(tape: np.void, row: int) -> bool:
    """Whether the book is crossed, locked or halted before a row."""
    return is_crossed_in(tape["index"], row) and (flags_of(tape)[row - 1] & CROSSED) != 0


@kernel
def lots_standing(tape: np.void, book: np.void, row: int, side: int, px_ticks: int) -> int:
    """Lots of a side that the tape shows at a price of the band before a row."""
    place = place_of(book["base_ticks"], side, px_ticks)
    lots = lots_near(tape["index"], row, place)
    if lots >= 0:
        return lots
    show(tape, book, row, place)
    return int(ladder_of(book)[place])


@kernel
def _is_behind_own_side(tape: np.void, book: np.void, row: int, side: int, px_ticks: int) -> bool:
    """Whether others of its side stand at an order's price, and nobody of the other side does.

    Then none of the other side stands at a better price: `_walk_to_touch` would stop here. Most
    quotes come to such a price, and for them no window need be made.
    """
    place = place_of(book["base_ticks"], side, px_ticks)
    index = tape["index"]
    return lots_near(index, row, place) > 0 and lots_near(index, row, place ^ 1) == 0


@kernel
def lots_before(tape: np.void, book: np.void, row: int, place: int) -> int:
    """What a level of the tape shows before a row."""
    book["high_place"] = 0
    show(tape, book, row, place)
    lots = ladder_of(book)[place]
    book["high_place"] = 0
    return int(lots)


@kernel
def lots_after(tape: np.void, book: np.void, row: int) -> int:
    """What the level that a row changes shows after it."""
    return lots_before(tape, book, row + 1, reach_at(tape["index"], row) & PLACE_MASK)


@kernel
def _best_shown(shown: int, lane: int, side: int) -> int:
    """`_walk_to_touch` in the bits of a window: the best place, NONE_SHOWN or NOT_KNOWN."""
    if side > 0:
        below = first_bits(shown, lane + 2)
        if not below & BIDS:
            return NOT_KNOWN
        opposite = bits_from(below & ASKS, highest_bit(below & BIDS))
        return lowest_bit(opposite) if opposite else NONE_SHOWN
    above = bits_from(shown, lane)
    if not above & ASKS:
        return NOT_KNOWN
    opposite = first_bits(above & BIDS, lowest_bit(above & ASKS))
    return highest_bit(opposite) if opposite else NONE_SHOWN


@kernel
def opposite_touch(tape: np.void, book: np.void, row: int, side: int, px_ticks: int) -> int:
    """The best price at which an order of `side` at `px_ticks` would take; NO_PRICE: it rests."""
    place = 2 * (px_ticks - book["base_ticks"])
    if place < 0 or place >= book["places"]:
        return NO_PRICE
    if _is_behind_own_side(tape, book, row, side, px_ticks):
        return NO_PRICE
    show(tape, book, row, place)
    if book["high_place"] - book["low_place"] == WINDOW_PLACES:
        lane = _best_shown(book["shown"], place - book["low_place"], side)
        if lane == NONE_SHOWN:
            return NO_PRICE
        if lane >= 0:
            best = book["low_place"] + lane
            if ladder_of(book)[best] > consumed_of(book)[best]:
                return int(book["base_ticks"] + best // 2)
    return _walk_to_touch(tape, book, row, side, px_ticks)


@kernel
def _walk_to_touch(tape: np.void, book: np.void, row: int, side: int, px_ticks: int) -> int:
    """Walk from `px_ticks` away from the opposite side until the own side of the book shows lots.

    Beyond these, a book that is not crossed has no lots of the opposite side.
    """
    ladder, consumed = ladder_of(book), consumed_of(book)
    own = 0 if side > 0 else 1
    best = NO_PRICE
    level = px_ticks - book["base_ticks"]
    while 0 <= 2 * level < ladder.size:
        show(tape, book, row, 2 * level)
        place = 2 * level + 1 - own
        if ladder[place] > 0 and ladder[place] > consumed[place]:
            best = book["base_ticks"] + level
        if ladder[2 * level + own] > 0:
            break
        level -= side
    return best


@kernel
def betters_market(tape: np.void, book: np.void, row: int, side: int, px_ticks: int) -> bool:
    """Whether an order that rests is better than all others of its side."""
    ladder = ladder_of(book)
    own = 0 if side > 0 else 1
    level = px_ticks - book["base_ticks"]
    while 0 <= 2 * level < ladder.size:
        show(tape, book, row, 2 * level)
        if ladder[2 * level + own] > 0:
            return False
        if ladder[2 * level + 1 - own] > 0:
            break
        level += side
    return True


@kernel
def touch_of(tape: np.void, book: np.void, row: int) -> tuple[int, int]:
    """Best bid and ask of the tape before a row; NO_PRICE where a side is empty."""
    base, ladder = int(book["base_ticks"]), ladder_of(book)
    show(tape, book, row, 0)
    show(tape, book, row, int(book["places"]) - 1)  # the whole band, not a window of it
    ask = best_ask_at_or_above(ladder, base, base)
    return best_bid_at_or_below(ladder, base, ladder.size // 2 - 1 + base), ask


@kernel
def collar_px(tape: np.void, book: np.void, row: int, side: int, collar_ticks: int) -> int:
    """The worst price at which a market order may trade; NO_PRICE: the other side is empty."""
    base, last = int(book["base_ticks"]), int(book["base_ticks"] + book["places"] // 2 - 1)
    touch = opposite_touch(tape, book, row, side, last if side > 0 else base)
    if touch == NO_PRICE:
        return NO_PRICE
    return min(max(touch + side * collar_ticks, base), last)
