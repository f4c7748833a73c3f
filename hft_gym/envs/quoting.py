"""From the quotes wanted to the messages that bring them about."""

import numpy as np

from hft_gym.envs.records import SIDES
from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.records import Action, Intent, OrderType, Request, TimeInForce
from hft_gym.market.sending import send

NEW, MODIFY, CANCEL = int(Action.NEW), int(Action.MODIFY), int(Action.CANCEL)
NONE, WORKING = int(Intent.NONE), int(Intent.WORKING)
LIMIT, GTC = int(OrderType.LIMIT), int(TimeInForce.GTC)


@kernel
def allowed_lots(position_lots: int, side: int, lots: int, max_position_lots: int) -> int:
    """The lots of a quote that cannot take the position beyond its limit."""
    return max(0, min(lots, max_position_lots - side * position_lots))


@inlined_kernel
def _send(
    models: MarketModels, tape: np.void, env: np.void, slot: int, action: int, lots: int
) -> None:
    side, px_ticks = 1 if slot == 0 else -1, int(env["target_px_ticks"][slot])
    request = Request(action, side, px_ticks, lots, LIMIT, GTC, int(env["target_post_only"]))
    send(models, tape, env["trader"], env["ts_local_ns"], slot, request)


@inlined_kernel
def _requote(
    models: MarketModels, tape: np.void, env: np.void, slot: int, max_position_lots: int
) -> None:
    """Send what one side needs; an order at the wanted price keeps its place in the queue."""
    trader = env["trader"]
    intent = trader["intents"][slot]
    side = 1 if slot == 0 else -1
    wanted = int(env["target_lots"][slot]) if env["is_tradable"] else 0
    lots = allowed_lots(trader["known_position_lots"], side, wanted, max_position_lots)
    if intent["state"] == NONE:
        if lots > 0:
            _send(models, tape, env, slot, NEW, lots)
    elif intent["state"] == WORKING:
        if lots == 0:
            _send(models, tape, env, slot, CANCEL, 0)
        elif env["target_px_ticks"][slot] != intent["px_ticks"] or lots < intent["leaves_lots"]:
            _send(models, tape, env, slot, MODIFY, lots)


@inlined_kernel
def requote(models: MarketModels, tape: np.void, env: np.void, max_position_lots: int) -> None:
    """Send the messages of both sides, the retreating one first so that ours never meet."""
    bid = env["trader"]["intents"][0]
    # a bid that does not stand can only come, and must not meet an ask that is still to retreat
    bid_goes_up = bid["state"] == NONE or env["target_px_ticks"][0] > bid["px_ticks"]
    for k in range(SIDES):
        slot = 1 - k if bid_goes_up else k
        _requote(models, tape, env, slot, max_position_lots)
