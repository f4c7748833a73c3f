"""A ladder: the lots at each price of a band, both sides, as one flat array of whole numbers.

Place of a price: `2 * (px_ticks - base_ticks)` for bids, one more for asks, so that the touch of
both sides lies in one or two cache lines. Prices outside the band are left out; every level inside
is exact, because a row of a tape changes one level only.
"""

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.jit import kernel
from hft_gym.tape.rows import Kind

ADD, REDUCE, CLEAR, LEVEL = int(Kind.ADD), int(Kind.REDUCE), int(Kind.CLEAR), int(Kind.LEVEL)
NO_PRICE = -(2**30)  # a price in ticks that no market has


@kernel
def place_of(base_ticks: int, side: int, px_ticks: int) -> int:
    """Index of a price in the ladder; the caller checks that it lies inside."""
    return 2 * (px_ticks - base_ticks) + (1 if side < 0 else 0)


@kernel
def lots_at(ladder: NDArray[np.int32], base_ticks: int, side: int, px_ticks: int) -> int:
    """Lots resting on one side at a price; 0 outside the band."""
    place = 2 * (px_ticks - base_ticks) + (1 if side < 0 else 0)
    if place < 0 or place >= ladder.size:
        return 0
    return int(ladder[place])


@kernel
def apply_row(
    ladder: NDArray[np.int32], base_ticks: int, kind: int, side: int, px_ticks: int, lots: int
) -> None:
    """Let one row of a tape change the ladder."""
    if kind <= REDUCE:
        place = 2 * (px_ticks - base_ticks) + (1 if side < 0 else 0)
        if 0 <= place < ladder.size:
            ladder[place] += lots if kind == ADD else -lots
    elif kind == CLEAR:
        ladder[:] = 0
    elif kind == LEVEL:
        place = 2 * (px_ticks - base_ticks) + (1 if side < 0 else 0)
        if 0 <= place < ladder.size:
            ladder[place] = lots


@kernel
def apply_rows(
    ladder: NDArray[np.int32],
    base_ticks: int,
    kind: NDArray[np.uint8],
    side: NDArray[np.int8],
    px_ticks: NDArray[np.int32],
    lots: NDArray[np.int32],
    rows: tuple[int, int],
) -> None:
    """Let the rows `rows[0]` to `rows[1]`, the latter not included, change the ladder."""
    for row in range(rows[0], rows[1]):
        apply_row(ladder, base_ticks, kind[row], side[row], px_ticks[row], lots[row])


@kernel
def best_bid_at_or_below(ladder: NDArray[np.int32], base_ticks: int, px_ticks: int) -> int:
    """Highest price not above `px_ticks` that shows a bid; `NO_PRICE` where there is none."""
    start = min(px_ticks - base_ticks, ladder.size // 2 - 1)
    for level in range(start, -1, -1):
        if ladder[2 * level] > 0:
            return base_ticks + level
    return NO_PRICE


@kernel
def best_ask_at_or_above(ladder: NDArray[np.int32], base_ticks: int, px_ticks: int) -> int:
    """Lowest price not below `px_ticks` that shows an ask; `NO_PRICE` where there is none."""
    start = max(px_ticks - base_ticks, 0)
    for level in range(start, ladder.size // 2):
        if ladder[2 * level + 1] > 0:
            return base_ticks + level
    return NO_PRICE


@kernel
def touch_after(
    ladder: NDArray[np.int32], base: int, kind: int, side: int, px: int, touch: tuple[int, int]
) -> tuple[int, int]:
    """The touch of both sides after a row at `px` of `side` has changed the ladder."""
    if kind == CLEAR:
        return NO_PRICE, NO_PRICE
    bid, ask = touch
    place = 2 * (px - base) + (1 if side < 0 else 0)
    if place < 0 or place >= ladder.size:
        return bid, ask
    if side > 0:
        if ladder[place] > 0:
            bid = px if bid == NO_PRICE else max(bid, px)
        elif px == bid:
            bid = best_bid_at_or_below(ladder, base, px)
    elif ladder[place] > 0:
        ask = px if ask == NO_PRICE else min(ask, px)
    elif px == ask:
        ask = best_ask_at_or_above(ladder, base, px)
    return bid, ask
