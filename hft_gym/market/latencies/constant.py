"""The same delay for every message."""

from typing import NamedTuple

import numpy as np

from hft_gym.market.interfaces import entry_delay_ns, response_delay_ns


class ConstantLatency(NamedTuple):
    """Fixed one-way delays.

    Attributes:
        entry_ns: from our decision until the exchange has the message.
        response_ns: from an event at the exchange until we know of it.
    """

    entry_ns: int = 250_000
    response_ns: int = 250_000


@entry_delay_ns.implement(ConstantLatency)
def _entry(model: ConstantLatency, ts_local_ns: int, trader: np.void) -> int:
    return model.entry_ns


@response_delay_ns.implement(ConstantLatency)
def _response(model: ConstantLatency, ts_exchange_ns: int, trader: np.void) -> int:
    return model.response_ns
