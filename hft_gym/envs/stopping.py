"""The kill switch in an environment: when what it does instead of an action is the end.

A risk model that stops nobody costs nothing: no line of this is compiled for it.
"""

import numpy as np

from hft_gym.kernel.interface import unrolled
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import must_flatten
from hft_gym.market.risk.exposure import live_orders


@kernel
def has_stopped(risk: tuple, trader: np.void, now_ns: int) -> bool:
    """Whether trading must stop and has: nothing is held, and no order of ours may still fill."""
    if not must_flatten(risk, trader, now_ns):
        return False
    return trader["known_position_lots"] == 0 and live_orders(trader) == 0


# Takes the risk model as a tuple of one and returns how many of them say so.
stopped = unrolled(
    "stopped(risks, trader, now_ns)",
    "total += has_stopped(risks[{k}], trader, now_ns)",
    only=must_flatten,
    total="total",
    has_stopped=has_stopped,
)
