"""Our own live orders of each side, in the order in which they would trade: price, then arrival.

Whatever concerns the best of them is found at the front, so that orders elsewhere cost nothing.
"""

import numpy as np

from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.market.records import TimeInForce

FAR = 2**30  # a price in ticks beyond every market
DAY = int(TimeInForce.DAY)


@kernel
def line_of(side: int) -> int:
    """Which of the two lines in `live_slots` holds the orders of a side."""
    return 0 if side > 0 else 1


@kernel
def best_px(trader: np.void, side: int) -> int:
    """Price of our best live order of a side; where there is none, one that meets nobody."""
    return int(trader["bid_high_ticks"] if side > 0 else trader["ask_low_ticks"])


@inlined_kernel
def watch(trader: np.void) -> None:
    """Note where our live orders stand: rows elsewhere cannot concern us."""
    bids, asks = int(trader["live_count"][0]), int(trader["live_count"][1])
    trader["bid_high_ticks"], trader["bid_low_ticks"] = -FAR, FAR
    trader["ask_low_ticks"], trader["ask_high_ticks"] = FAR, -FAR
    if bids > 0:
        slot = int(trader["live_slots"][0, 0])
        trader["bid_slot"] = slot
        trader["bid_high_ticks"] = trader["orders"][slot]["px_ticks"]
        last = int(trader["live_slots"][0, bids - 1])
        trader["bid_low_ticks"] = trader["orders"][last]["px_ticks"]
    if asks > 0:
        slot = int(trader["live_slots"][1, 0])
        trader["ask_slot"] = slot
        trader["ask_low_ticks"] = trader["orders"][slot]["px_ticks"]
        last = int(trader["live_slots"][1, asks - 1])
        trader["ask_high_ticks"] = trader["orders"][last]["px_ticks"]
    trader["has_several"] = bids > 1 or asks > 1


@kernel
def first_at(trader: np.void, side: int, px_ticks: int) -> int:
    """Place in its line of the first order that is not better than a price."""
    line = line_of(side)
    low, high = 0, int(trader["live_count"][line])
    while low < high:
        middle = (low + high) // 2
        order = trader["orders"][int(trader["live_slots"][line, middle])]
        if side * (order["px_ticks"] - px_ticks) > 0:
            low = middle + 1
        else:
            high = middle
    return low


@inlined_kernel
def join(trader: np.void, slot: int) -> None:
    """Stand in line, behind our orders at the same price; `watch` must follow."""
    order = trader["orders"][slot]
    side, px_ticks = int(order["side"]), int(order["px_ticks"])
    line = line_of(side)
    place = int(trader["live_count"][line])
    while place > 0:
        before = int(trader["live_slots"][line, place - 1])
        if side * (px_ticks - trader["orders"][before]["px_ticks"]) <= 0:
            break
        trader["live_slots"][line, place] = before
        place -= 1
    trader["live_slots"][line, place] = slot
    trader["live_count"][line] += 1
    trader["day_count"] += order["time_in_force"] == DAY


@inlined_kernel
def leave(trader: np.void, slot: int) -> None:
    """Stand in line no more; `watch` must follow."""
    order = trader["orders"][slot]
    line = line_of(int(order["side"]))
    place = first_at(trader, int(order["side"]), int(order["px_ticks"]))
    while int(trader["live_slots"][line, place]) != slot:
        place += 1
    trader["live_count"][line] -= 1
    for k in range(place, int(trader["live_count"][line])):
        trader["live_slots"][line, k] = trader["live_slots"][line, k + 1]
    trader["day_count"] -= order["time_in_force"] == DAY
