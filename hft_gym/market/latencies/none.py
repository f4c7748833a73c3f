"""No delay at all: for hand-made cases and for the price of latency, never for a judgement."""

from typing import NamedTuple

import numpy as np

from hft_gym.market.interfaces import delay_ns


class NoDelay(NamedTuple):
    """Messages arrive in the nanosecond in which they are sent, after the market's rows of it."""


@delay_ns.implement(NoDelay)
def _delay_ns(model: NoDelay, tape: np.void, trader: np.void, ts_ns: int, lots: int) -> int:
    return 0
