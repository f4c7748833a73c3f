"""The book as we know it: each packet brings the touch, the rest is looked up when asked for."""

import numpy as np
from numpy.typing import NDArray

from hft_gym.backtest.feed import know_until, known_packet
from hft_gym.book.index import follow_ladder
from hft_gym.book.ladder import NO_PRICE, place_of
from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.market.columns import kind_of, ladder_of, px_of, show
from hft_gym.tape.rows import Kind

TRADE = int(Kind.TRADE)
NEAR_ROWS = 64  # over which a whole ladder is taken on rather than looked up anew


@inlined_kernel
def known_lots(desk: np.void, side: int, px_ticks: int) -> int:
    """Lots of a side at a price, as far as we know; 0 outside the band."""
    packet = known_packet(desk)
    touch_ticks = packet["bid_ticks"] if side > 0 else packet["ask_ticks"]
    if px_ticks == touch_ticks:
        return int(packet["bid_lots"] if side > 0 else packet["ask_lots"])
    if touch_ticks == NO_PRICE or side * (px_ticks - touch_ticks) > 0:
        return 0
    return _look_up(desk, side, px_ticks)


@kernel
def _look_up(desk: np.void, side: int, px_ticks: int) -> int:
    """What a level shows, from the ladder at hand if it is true there."""
    clock, seen = desk["clock"], desk["seen"]
    place = place_of(seen["base_ticks"], side, px_ticks)
    if place < 0 or place >= seen["places"]:
        return 0
    row = int(known_packet(desk)["end_row"])
    if clock["seen_row"] != row:
        is_whole = seen["low_place"] == 0 and seen["high_place"] == seen["places"]
        if is_whole and 0 < row - clock["seen_row"] <= NEAR_ROWS:
            follow_ladder(desk["columns"]["index"], ladder_of(seen), int(clock["seen_row"]), row)
        else:
            seen["high_place"] = 0
        clock["seen_row"] = row
    show(desk["columns"], seen, row, place)
    return int(ladder_of(seen)[place])


@kernel
def mark2_ticks_of(desks: NDArray[np.void]) -> int:
    """Twice what a lot is worth before the end: mid, else the side that is there, else last trade.

    The packets known before `end_ns` tell.
    """
    desk = desks[0]
    tape = desk["columns"]
    know_until(desk, desk["clock"]["end_ns"] - 1)
    packet = known_packet(desk)
    bid, ask = int(packet["bid_ticks"]), int(packet["ask_ticks"])
    if bid != NO_PRICE and ask != NO_PRICE:
        return bid + ask
    if bid != NO_PRICE or ask != NO_PRICE:
        return 2 * (ask if bid == NO_PRICE else bid)
    row = int(packet["end_row"]) - 1
    while row >= 0 and kind_of(tape)[row] != TRADE:
        row -= 1
    return 2 * int(px_of(tape)[row]) if row >= 0 else 0
