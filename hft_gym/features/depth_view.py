"""More of the book than the touch, kept in the view for the features that need it."""

import numpy as np
from numpy.typing import NDArray

from hft_gym.features.interfaces import NO_ASK, NO_BID
from hft_gym.kernel.address import column
from hft_gym.kernel.jit import kernel
from hft_gym.tape.rows import Kind

ADD, REDUCE, CLEAR = int(Kind.ADD), int(Kind.REDUCE), int(Kind.CLEAR)
LEVEL_REACH_TICKS = 128  # from the touch; what lies beyond is no level to a feature


@kernel
def next_place(ladder: NDArray[np.int32], place: int, step: int, reach: int) -> int:
    """First of `reach` places from `place` on, `step` apart, that shows lots; -1: none."""
    for _ in range(reach):
        if place < 0 or place >= ladder.size:
            return -1
        if ladder[place] > 0:
            return place
        place += step
    return -1


@kernel
def touch_place(view: np.void, side: int) -> int:
    """Place of the best price of a side in the ladder."""
    if side > 0:
        return int(2 * (view["bid_ticks"] - view["base_ticks"]))
    return int(2 * (view["ask_ticks"] - view["base_ticks"]) + 1)


@kernel
def find_levels(view: np.void, ladder: NDArray[np.int32]) -> None:
    """Write the best levels of a two-sided book; those before move to `before_level_*`."""
    for m in range(view["level_count"]):
        view["before_level_bid_ticks"][m] = view["level_bid_ticks"][m]
        view["before_level_ask_ticks"][m] = view["level_ask_ticks"][m]
        view["before_level_bid_lots"][m] = view["level_bid_lots"][m]
        view["before_level_ask_lots"][m] = view["level_ask_lots"][m]
    if not view["is_two_sided"]:
        return
    base, reach = view["base_ticks"], LEVEL_REACH_TICKS
    start = touch_place(view, 1)
    place = start
    for m in range(view["level_count"]):
        if place >= 0:
            place = next_place(ladder, place, -2, reach - (start - place) // 2)
        view["level_bid_ticks"][m] = base + place // 2 if place >= 0 else NO_BID
        view["level_bid_lots"][m] = ladder[place] if place >= 0 else 0
        place = place - 2 if place >= 2 else -1
    start = touch_place(view, -1)
    place = start
    for m in range(view["level_count"]):
        if place >= 0:
            place = next_place(ladder, place, 2, reach - (place - start) // 2)
        view["level_ask_ticks"][m] = base + place // 2 if place >= 0 else NO_ASK
        view["level_ask_lots"][m] = ladder[place] if place >= 0 else 0
        place = place + 2 if place >= 0 else -1


@kernel
def _orders_of(view: np.void) -> NDArray[np.int32]:
    return column(view["orders_address"], view["places"], np.int32)


@kernel
def _left_of(view: np.void) -> NDArray[np.int32]:
    return column(view["left_address"], view["rows"], np.int32)


@kernel
def orders_at(view: np.void, place: int) -> int:
    """Number of orders in a place of the ladder."""
    orders = _orders_of(view)
    return int(orders[place]) if 0 <= place < orders.size else 0


@kernel
def count_order(view: np.void, kind: int, place: int, lots: int, queue_key: int) -> None:
    """Let a row change the number of orders at its price.

    An order is known by the row that added it; it has gone when its lots have. Orders without a
    key, of sources that tell levels only, are not counted.
    """
    orders, left = _orders_of(view), _left_of(view)
    if kind == CLEAR:
        orders[:] = 0
        left[:] = 0
    elif kind <= REDUCE and queue_key >= 0:
        change = 0
        if kind == ADD:
            left[queue_key] = lots
            change = 1
        elif left[queue_key] > 0:
            left[queue_key] -= lots
            change = -1 if left[queue_key] <= 0 else 0
        if 0 <= place < orders.size:
            orders[place] += change
