"""The matching book: orders in queues at prices, price before time; nothing here is recorded."""

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.tape.generated.market import LADDER_TICKS


@kernel
def touch_level(world: np.void, side: int) -> int:
    """Level of the best order of a side; one past the ladder's end where the side is empty."""
    state = world["state"]
    return state["best_bid_level"] if side > 0 else state["best_ask_level"]


@kernel
def enqueue(world: np.void, slot: int, level: int) -> None:
    """Put the order of a slot at the back of the queue of a level."""
    state, order, queue = world["state"], world["orders"][slot], world["levels"][level]
    order["level"] = level
    order["ahead_slot"] = queue["back_slot"]
    order["behind_slot"] = -1
    if queue["back_slot"] >= 0:
        world["orders"][queue["back_slot"]]["behind_slot"] = slot
    else:
        queue["front_slot"] = slot
    queue["back_slot"] = slot
    queue["orders"] += 1
    queue["lots"] += order["lots"]
    if order["side"] > 0:
        state["best_bid_level"] = max(level, state["best_bid_level"])
    else:
        state["best_ask_level"] = min(level, state["best_ask_level"])


@kernel
def dequeue(world: np.void, slot: int) -> None:
    """Take the order of a slot out of its queue; the touch moves where the queue was the best."""
    state, order = world["state"], world["orders"][slot]
    level = order["level"]
    queue = world["levels"][level]
    ahead, behind = order["ahead_slot"], order["behind_slot"]
    if ahead >= 0:
        world["orders"][ahead]["behind_slot"] = behind
    else:
        queue["front_slot"] = behind
    if behind >= 0:
        world["orders"][behind]["ahead_slot"] = ahead
    else:
        queue["back_slot"] = ahead
    queue["orders"] -= 1
    queue["lots"] -= order["lots"]
    if queue["orders"] == 0:
        if level == state["best_bid_level"]:
            state["best_bid_level"] = next_level(world, level, -1)
        elif level == state["best_ask_level"]:
            state["best_ask_level"] = next_level(world, level, 1)


@kernel
def next_level(world: np.void, level: int, step: int) -> int:
    """The first level with orders beyond `level`, upwards or downwards; past the end if none."""
    level += step
    while 0 <= level < LADDER_TICKS and world["levels"][level]["orders"] == 0:
        level += step
    return level


@kernel
def rest(world: np.void, side: int, level: int, lots: int) -> int:
    """A new order comes to rest; returns its slot, or -1 where the book has no room for it."""
    state = world["state"]
    slot = state["free_slot"]
    if slot < 0:
        return -1
    order = world["orders"][slot]
    state["free_slot"] = order["behind_slot"]
    order["order_id"] = state["next_order_id"]
    order["ts_exchange_ns"] = state["ts_exchange_ns"]
    order["sequence"] = state["sequence"]
    order["side"] = side
    order["lots"] = lots
    order["live_index"] = state["live_orders"]
    world["live_slots"][state["live_orders"]] = slot
    state["live_orders"] += 1
    state["next_order_id"] += 1
    enqueue(world, slot, level)
    return slot


@kernel
def remove(world: np.void, slot: int) -> None:
    """An order leaves the book and its slot is free."""
    state, order = world["state"], world["orders"][slot]
    dequeue(world, slot)
    state["live_orders"] -= 1
    last = world["live_slots"][state["live_orders"]]
    world["live_slots"][order["live_index"]] = last
    world["orders"][last]["live_index"] = order["live_index"]
    order["behind_slot"] = state["free_slot"]
    state["free_slot"] = slot


@kernel
def shrink(world: np.void, slot: int, lots: int) -> None:
    """An order gets smaller and keeps its place in the queue."""
    order = world["orders"][slot]
    order["lots"] -= lots
    world["levels"][order["level"]]["lots"] -= lots


@kernel
def move(world: np.void, slot: int, level: int, lots: int) -> None:
    """An order takes another price or a larger size: it goes to the back of the queue."""
    state, order = world["state"], world["orders"][slot]
    dequeue(world, slot)
    order["lots"] = lots
    order["ts_exchange_ns"] = state["ts_exchange_ns"]
    order["sequence"] = state["sequence"]
    enqueue(world, slot, level)


@kernel
def fill_front(world: np.void, level: int, wanted_lots: int, place: int) -> int:
    """The front order of a level trades up to `wanted_lots`; noted in `fills[place]`."""
    state = world["state"]
    slot = world["levels"][level]["front_slot"]
    order = world["orders"][slot]
    lots = min(wanted_lots, order["lots"])
    fill = world["fills"][place]
    fill["order_id"] = order["order_id"]
    fill["px_ticks"] = state["base_px_ticks"] + level
    fill["filled_lots"] = lots
    fill["leaves_lots"] = order["lots"] - lots
    if fill["leaves_lots"] > 0:
        shrink(world, slot, lots)
    else:
        remove(world, slot)
    return lots
