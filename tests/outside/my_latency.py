"""A latency of somebody else's: messages that leave late in a second take longer."""

from typing import NamedTuple

from hft_gym.market.interfaces import entry_delay_ns, response_delay_ns


class Slowing(NamedTuple):
    """From `least_ns` up to twice as much."""

    least_ns: int = 100_000


@entry_delay_ns.implement(Slowing)
def _entry_delay_ns(model, ts_local_ns, trader):
    return model.least_ns + model.least_ns * (ts_local_ns % 1_000_000_000) // 1_000_000_000


@response_delay_ns.implement(Slowing)
def _response_delay_ns(model, ts_exchange_ns, trader):
    return model.least_ns
