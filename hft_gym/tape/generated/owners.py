"""Those who rest in the book: where they place, change and cancel their orders."""

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.kernel.random import below, normal, pareto, uniform
from hft_gym.tape.generated import book, feed
from hft_gym.tape.generated.market import LADDER_TICKS
from hft_gym.tape.generated.price import believed_ticks

MOST_DEPTH_TICKS = 150.0
LEAST_SIDE_TICKS = 4  # a cancel never leaves fewer than so many ticks of ladder behind the touch
PATIENCE_TICKS = 0.7  # an order so far away is cancelled half as often as one at the touch
TRIES = 12


@kernel
def geometric_lots(world: np.void, mean_lots: float, most_lots: int) -> int:
    """A size of 1 up, geometric, capped."""
    stop = 1.0 / mean_lots
    if stop >= 1.0:
        return 1
    draw = np.log(1.0 - uniform(world["state"])) / np.log(1.0 - stop)
    return min(1 + int(draw), most_lots)


@kernel
def wanted_level(world: np.void, side: int) -> int:
    """Where an owner would rest now: behind its opinion of the efficient price, never crossing."""
    state, rules = world["state"], world["rules"]
    informed = 1.0 if uniform(state) < rules["informed_owner_share"] else 0.0
    opinion = believed_ticks(world, informed) + rules["opinion_ticks"] * normal(state)
    depth = rules["depth_scale_ticks"] * (pareto(state, rules["depth_tail"]) - 1.0)
    px_ticks = opinion - side * (rules["edge_ticks"] + min(depth, MOST_DEPTH_TICKS))
    level = int(np.floor(px_ticks) if side > 0 else np.ceil(px_ticks)) - state["base_px_ticks"]
    other = book.touch_level(world, -side)
    level = min(level, other - 1) if side > 0 else max(level, other + 1)
    return int(min(max(level, 1), LADDER_TICKS - 2))


@kernel
def place(world: np.void) -> None:
    """A new limit order."""
    side = 1 if uniform(world["state"]) < 0.5 else -1
    lots = geometric_lots(world, world["rules"]["mean_order_lots"], 10)
    feed.limit(world, side, wanted_level(world, side), lots)


@kernel
def edge_ticks(world: np.void, side: int, level: int) -> float:
    """How far an order is behind the price that the owners believe on average."""
    believed = believed_ticks(world, world["rules"]["informed_owner_share"])
    return side * (believed - world["state"]["base_px_ticks"] - level)


@kernel
def restless_order(world: np.void) -> int:
    """Slot of an order that its owner may want to change: nearer ones more often."""
    state = world["state"]
    slot = world["live_slots"][0]
    for _ in range(TRIES):
        slot = world["live_slots"][below(state, state["live_orders"])]
        order = world["orders"][slot]
        away = max(edge_ticks(world, order["side"], order["level"]), 0.0)
        if uniform(state) * (1.0 + away / PATIENCE_TICKS) < 1.0:
            break
    return slot


@kernel
def may_leave(world: np.void, slot: int) -> bool:
    """Whether the side keeps enough behind the touch without this order."""
    state, order = world["state"], world["orders"][slot]
    if state["live_orders"] < 100:
        return False
    level, side = order["level"], order["side"]
    if world["levels"][level]["orders"] > 1 or level != book.touch_level(world, side):
        return True
    behind = book.next_level(world, level, -side)
    return LEAST_SIDE_TICKS < behind < LADDER_TICKS - LEAST_SIDE_TICKS


@kernel
def withdraw(world: np.void) -> None:
    """A cancel, now and then of a part only."""
    slot = restless_order(world)
    lots = world["orders"][slot]["lots"]
    if lots > 1 and uniform(world["state"]) < 0.05:
        lots = 1 + below(world["state"], lots - 1)
    if may_leave(world, slot):
        feed.cancel(world, slot, lots)


@kernel
def amend(world: np.void) -> None:
    """A new price (mostly) or a new size."""
    state = world["state"]
    slot = restless_order(world)
    order = world["orders"][slot]
    draw = uniform(state)
    if draw < 0.25 and order["lots"] > 1:
        feed.modify(world, slot, order["level"], 1 + below(state, order["lots"] - 1))
    elif draw < 0.35:
        feed.modify(world, slot, order["level"], order["lots"] + 1 + below(state, 3))
    elif may_leave(world, slot):
        level = wanted_level(world, order["side"])
        if level != order["level"]:
            feed.modify(world, slot, level, order["lots"])


@kernel
def stale_orders(world: np.void, side: int) -> float:
    """Orders at the touch of a side, times the ticks of edge that they lack."""
    level = book.touch_level(world, side)
    if not 0 <= level < LADDER_TICKS:
        return 0.0
    lacking = max(world["rules"]["edge_ticks"] - edge_ticks(world, side, level), 0.0)
    return world["levels"][level]["orders"] * lacking


@kernel
def room_to_join(world: np.void, side: int) -> float:
    """How welcome another order is at the touch of a side, from 0 to 1."""
    level, rules = book.touch_level(world, side), world["rules"]
    if not 0 <= level < LADDER_TICKS or edge_ticks(world, side, level) < rules["edge_ticks"]:
        return 0.0
    return max(1.0 - world["levels"][level]["lots"] / rules["short_queue_lots"], 0.0)


@kernel
def join(world: np.void, side: int) -> None:
    """A new order at the touch."""
    lots = geometric_lots(world, world["rules"]["mean_order_lots"], 10)
    feed.limit(world, side, book.touch_level(world, side), lots)


@kernel
def flee(world: np.void, side: int) -> None:
    """An owner at the touch sees the price coming; those at the back have least to lose."""
    state = world["state"]
    slot = world["levels"][book.touch_level(world, side)]["back_slot"]
    while world["orders"][slot]["ahead_slot"] >= 0 and uniform(state) < 0.5:
        slot = world["orders"][slot]["ahead_slot"]
    if may_leave(world, slot):
        feed.cancel(world, slot, world["orders"][slot]["lots"])
