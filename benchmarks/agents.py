"""Two agents that send orders of every type, as kernels: one at random, one that lives on gains.

The greedy one keeps an account of what each kind of order earned and mostly repeats the best: were
there a free fill somewhere, it would find it and live on it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.jit import kernel
from hft_gym.kernel.random import below, uniform
from hft_gym.market.account import known_equity_ticks
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.records import Action, Intent, OrderType, Request, TimeInForce
from hft_gym.market.sending import send

NEW, MODIFY, CANCEL = int(Action.NEW), int(Action.MODIFY), int(Action.CANCEL)
WORKING = int(Intent.WORKING)
LIMIT, MARKET = int(OrderType.LIMIT), int(OrderType.MARKET)
GTC, DAY = int(TimeInForce.GTC), int(TimeInForce.DAY)
IOC, FOK = int(TimeInForce.IOC), int(TimeInForce.FOK)

# orders: price beyond the touch of their own side, lots, type, time in force, post only
KINDS = np.array(
    [
        (-3, 1, LIMIT, GTC, 0),
        (-1, 5, LIMIT, DAY, 0),
        (0, 1, LIMIT, GTC, 1),
        (0, 9, LIMIT, DAY, 0),
        (1, 1, LIMIT, GTC, 1),
        (1, 3, LIMIT, GTC, 0),
        (2, 4, LIMIT, IOC, 0),
        (2, 2, LIMIT, FOK, 0),
        (6, 20, LIMIT, IOC, 0),
        (4, 30, LIMIT, FOK, 0),
        (3, 6, LIMIT, GTC, 0),
        (0, 3, MARKET, GTC, 0),
        (0, 40, MARKET, GTC, 0),
    ],
    np.int64,
)
ARMS = 2 * len(KINDS)  # each to buy and to sell


@kernel
def _random_live_slot(trader: np.void) -> int:
    """A slot with an order we believe to be working, at random; -1: none of a few looked at."""
    slots = len(trader["intents"])
    for _ in range(8):
        slot = below(trader, slots)
        if trader["intents"][slot]["state"] == WORKING:
            return slot
    return -1


@kernel
def _send_kind(
    models: MarketModels, tape: np.void, trader: np.void, now_ns: int, touch: Any, arm: int
) -> None:
    """A new order of one kind; `touch`: best bid and ask, in ticks."""
    kinds = KINDS
    k, side = arm >> 1, 1 - 2 * (arm & 1)
    px_ticks = int(touch[0] if side > 0 else touch[1]) + side * int(kinds[k, 0])
    lots, order_type = int(kinds[k, 1]), int(kinds[k, 2])
    tif, post_only = int(kinds[k, 3]), int(kinds[k, 4])
    request = Request(NEW, side, px_ticks, lots, order_type, tif, post_only)
    send(models, tape, trader, now_ns, -1, request)


@kernel
def _change_one(
    models: MarketModels, tape: np.void, trader: np.void, now_ns: int, touch: Any
) -> None:
    """Cancel or modify an order of ours; now and then one that is gone."""
    slot = _random_live_slot(trader)
    if slot < 0:
        slot = below(trader, len(trader["intents"]))
        if trader["intents"][slot]["order_id"] == 0:
            return
    intent = trader["intents"][slot]
    side, px_ticks = int(intent["side"]), int(intent["px_ticks"])
    if uniform(trader) < 0.5:
        request = Request(CANCEL, side, 0, 0, LIMIT, GTC, 0)
    else:
        if uniform(trader) < 0.6:
            px_ticks = int(touch[0] if side > 0 else touch[1]) + side * (below(trader, 6) - 3)
        post_only = int(uniform(trader) < 0.2)
        request = Request(MODIFY, side, px_ticks, 1 + below(trader, 8), LIMIT, GTC, post_only)
    send(models, tape, trader, now_ns, slot, request)


@kernel
def act_at_random(
    models: MarketModels, tape: np.void, trader: np.void, now_ns: int, touch: Any
) -> None:
    """Up to two messages of any kind."""
    for _ in range(below(trader, 3)):
        if uniform(trader) < 0.4:
            _change_one(models, tape, trader, now_ns, touch)
        else:
            _send_kind(models, tape, trader, now_ns, touch, below(trader, ARMS))


@kernel
def act_greedily(
    models: MarketModels,
    tape: np.void,
    trader: np.void,
    now_ns: int,
    touch: Any,
    gains: NDArray[np.float64],
) -> None:
    """Book the gain since the last order to its kind, and send the kind that earns most.

    Args:
        models: of the exchange.
        tape: a record of `COLUMNS_DTYPE`.
        trader: who acts.
        now_ns: on our own clock.
        touch: best bid and ask, in ticks.
        gains: `[2 * ARMS + 2]`: gain in ticks and uses of each kind; last kind, last equity.
    """
    equity = known_equity_ticks(trader, int(touch[0] + touch[1]))
    arm = int(gains[2 * ARMS])
    gains[arm] = 0.999 * gains[arm] + equity - gains[2 * ARMS + 1]
    gains[ARMS + arm] = 0.999 * gains[ARMS + arm] + 1.0
    best, most = below(trader, ARMS), -1e300
    if uniform(trader) > 0.1:
        for k in range(ARMS):
            mean = gains[k] / (gains[ARMS + k] + 1e-9) if gains[ARMS + k] > 0.0 else 1e9
            if mean > most:
                best, most = k, mean
    gains[2 * ARMS], gains[2 * ARMS + 1] = best, equity
    _send_kind(models, tape, trader, now_ns, touch, best)
    if uniform(trader) < 0.7:  # room for the next
        _change_one(models, tape, trader, now_ns, touch)
