"""Those who trade at once: some split large orders and know nothing, some know the price."""

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.kernel.random import below, pareto, uniform
from hft_gym.tape.generated import book, feed
from hft_gym.tape.generated.market import LADDER_TICKS
from hft_gym.tape.generated.owners import geometric_lots
from hft_gym.tape.generated.price import learn_from_trade
from hft_gym.tape.generated.world import PARENTS

MOST_CHILDREN = 300.0
MOST_INFORMED_LOTS = 60.0
PROTECTION_TICKS = 4  # a market order trades no farther than so many ticks from the touch


@kernel
def noise_side(world: np.void) -> int:
    """Side of the next child of a parent order; a parent that is done gives way to a new one."""
    state = world["state"]
    parent = world["parents"][below(state, PARENTS)]
    if parent["children_orders"] <= 0:
        parent["side"] = 1 if uniform(state) < 0.5 else -1
        length = pareto(state, world["rules"]["split_tail"])
        parent["children_orders"] = int(min(length, MOST_CHILDREN))
    parent["children_orders"] -= 1
    return int(parent["side"])


@kernel
def trade_for_noise(world: np.void) -> None:
    """A child order: patient while the spread is wide, and its rest may stay at the touch."""
    state = world["state"]
    spread_ticks = state["best_ask_level"] - state["best_bid_level"]
    if spread_ticks > 2 and uniform(state) < 0.6:
        return
    side = noise_side(world)
    near, touch = book.touch_level(world, side), book.touch_level(world, -side)
    if not (0 <= near < LADDER_TICKS and 0 <= touch < LADDER_TICKS):
        return
    thin, thick = world["levels"][touch]["lots"], world["levels"][near]["lots"]
    if uniform(state) * (thin + thick) > 2 * thick:
        return
    lots = geometric_lots(world, world["rules"]["noise_mean_lots"], 20)
    learn_from_trade(world, side, lots, False)
    rests = uniform(state) < 0.5
    limit_level = touch if rests else touch + side * PROTECTION_TICKS
    feed.take(world, side, lots, limit_level, rests)


@kernel
def gain_ticks(world: np.void, side: int) -> float:
    """What one who knows the price would gain by trading at the touch, after the fee."""
    state, rules = world["state"], world["rules"]
    away = state["efficient_ticks"] - state["base_px_ticks"] - book.touch_level(world, -side)
    return max(side * away - rules["informed_threshold_ticks"], 0.0)


@kernel
def trade_on_knowledge(world: np.void, side: int) -> None:
    """One who knows the price takes what is offered better than it, up to a heavy-tailed size."""
    state, rules = world["state"], world["rules"]
    worth = state["efficient_ticks"] - side * rules["informed_threshold_ticks"]
    level = int(np.floor(worth) if side > 0 else np.ceil(worth)) - state["base_px_ticks"]
    touch = book.touch_level(world, -side)
    level = max(level, touch) if side > 0 else min(level, touch)
    lots = 1 + int(min(2.0 * pareto(state, rules["informed_size_tail"]), MOST_INFORMED_LOTS))
    learn_from_trade(world, side, lots, True)
    feed.take(world, side, lots, level, False)
