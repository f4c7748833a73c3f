"""The same delay for every message."""

from typing import NamedTuple

import numpy as np

from hft_gym.market.interfaces import Latency, delay_ns


class Constant(NamedTuple):
    """A fixed delay.

    Attributes:
        ns: nanoseconds that every message takes.
    """

    ns: int = 250_000


@delay_ns.implement(Constant)
def _delay_ns(model: Constant, tape: np.void, trader: np.void, ts_ns: int, lots: int) -> int:
    return model.ns


def constant_latency(entry_ns: int, response_ns: int, feed_ns: int = 0) -> Latency:
    """Fixed delays of messages either way, cancels as slow as orders, and of the feed."""
    entry = Constant(entry_ns)
    return Latency(entry, entry, Constant(response_ns), Constant(feed_ns))
