"""The book as we know it: followed row by row, or looked up in the index when somebody asks."""

import numpy as np
from numpy.typing import NDArray

from hft_gym.backtest.feed import know_until
from hft_gym.book.index import WINDOW_PLACES, load_ladder, load_window
from hft_gym.book.ladder import (
    NO_PRICE,
    apply_row,
    best_ask_at_or_above,
    best_bid_at_or_below,
    touch_after,
)
from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.kernel.lanes import highest_bit, lowest_bit
from hft_gym.market.columns import kind_of, ladder_of, lots_of, px_of, side_of
from hft_gym.market.sight import ASKS, BIDS, is_crossed
from hft_gym.tape.rows import Kind

TRADE, FILL = int(Kind.TRADE), int(Kind.FILL)


@inlined_kernel
def find_touch(desk: np.void) -> None:
    """Make the touch of the clock true, if it is not yet that of the rows known now."""
    if desk["clock"]["touch_row"] != desk["clock"]["known_row"]:
        _look_up(desk)


@kernel
def _look_up(desk: np.void) -> None:
    row = desk["clock"]["known_row"]
    desk["clock"]["touch_row"] = row
    if row > 0 and not is_crossed(desk["columns"], row) and _touch_in_window(desk):
        return
    show_all(desk)


@kernel
def show_all(desk: np.void) -> None:
    """Look up the whole book as we know it, and its touch."""
    clock, seen = desk["clock"], desk["seen"]
    clock["touch_row"] = clock["known_row"]
    load_ladder(desk["columns"]["index"], ladder_of(seen), clock["known_row"])
    seen["low_place"], seen["high_place"] = 0, seen["places"]
    ladder, base = ladder_of(seen), seen["base_ticks"]
    clock["bid_ticks"] = best_bid_at_or_below(ladder, base, base + seen["places"] // 2)
    clock["ask_ticks"] = best_ask_at_or_above(ladder, base, base)


@kernel
def _touch_in_window(desk: np.void) -> bool:
    """Look for the touch near where it lately was; in a book not crossed, nothing is better."""
    clock, seen = desk["clock"], desk["seen"]
    index, ladder = desk["columns"]["index"], ladder_of(seen)
    first, shown = load_window(index, ladder, clock["known_row"])
    seen["low_place"], seen["high_place"] = first, first + WINDOW_PLACES
    bids, asks = shown & BIDS, shown & ASKS
    if not bids or not asks:
        return False
    clock["bid_ticks"] = seen["base_ticks"] + (first + highest_bit(bids)) // 2
    clock["ask_ticks"] = seen["base_ticks"] + (first + lowest_bit(asks)) // 2
    return clock["bid_ticks"] < clock["ask_ticks"]


@inlined_kernel
def follow(desk: np.void, stop: int) -> None:
    """Let the rows from the known ones to before `stop` change the book and its touch."""
    tape, clock, seen = desk["columns"], desk["clock"], desk["seen"]
    kinds, sides, prices, sizes = kind_of(tape), side_of(tape), px_of(tape), lots_of(tape)
    ladder, base = ladder_of(seen), int(seen["base_ticks"])
    bid, ask = int(clock["bid_ticks"]), int(clock["ask_ticks"])
    for row in range(clock["known_row"], stop):
        kind = int(kinds[row])
        if TRADE <= kind <= FILL:  # the book changes with the REDUCE that follows
            continue
        side, px = int(sides[row]), int(prices[row])
        apply_row(ladder, base, kind, side, px, int(sizes[row]))
        bid, ask = touch_after(ladder, base, kind, side, px, (bid, ask))
    clock["bid_ticks"], clock["ask_ticks"] = bid, ask
    clock["known_row"] = clock["touch_row"] = stop


@kernel
def mark2_ticks_of(desks: NDArray[np.void]) -> int:
    """Twice what a lot is worth before the end: mid, else the side that is there, else last trade.

    The rows known before `end_ns` tell.
    """
    desk = desks[0]
    clock, tape = desk["clock"], desk["columns"]
    know_until(desk, clock["end_ns"] - 1)
    show_all(desk)
    bid, ask = clock["bid_ticks"], clock["ask_ticks"]
    if bid != NO_PRICE and ask != NO_PRICE:
        return bid + ask
    if bid != NO_PRICE or ask != NO_PRICE:
        return 2 * (ask if bid == NO_PRICE else bid)
    row = clock["known_row"] - 1
    while row >= 0 and kind_of(tape)[row] != TRADE:
        row -= 1
    return 2 * int(px_of(tape)[row]) if row >= 0 else 0
