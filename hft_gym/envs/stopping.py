"""The kill switch in an environment: what it does before an action, and when that is the end.

A risk model that stops nobody costs nothing: no line of this is compiled for it.
"""

import numpy as np

from hft_gym.kernel.interface import unrolled
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import must_flatten
from hft_gym.market.risk.exposure import live_orders
from hft_gym.market.risk.kill import enforce


@kernel
def has_stopped(risk: tuple, trader: np.void, now_ns: int) -> bool:
    """Whether trading must stop and has: nothing is held, and no order of ours may still fill."""
    if not must_flatten(risk, trader, now_ns):
        return False
    return trader["known_position_lots"] == 0 and live_orders(trader) == 0


# Both take the risk model as a tuple of one and return how many of them say so.
stop_if_told = unrolled(
    "stop_if_told(risks, models, tape, trader, now_ns)",
    "total += enforce(models, tape, trader, now_ns)",
    only=must_flatten,
    total="total",
    enforce=enforce,
)
stopped = unrolled(
    "stopped(risks, trader, now_ns)",
    "total += has_stopped(risks[{k}], trader, now_ns)",
    only=must_flatten,
    total="total",
    has_stopped=has_stopped,
)
