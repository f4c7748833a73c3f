"""A delay of somebody else's: messages that leave late in a second take longer."""

from typing import NamedTuple

from hft_gym.market.interfaces import delay_ns


class Slowing(NamedTuple):
    """From `least_ns` up to twice as much."""

    least_ns: int = 100_000


@delay_ns.implement(Slowing)
def _delay_ns(model, tape, trader, ts_ns, lots):
    return model.least_ns + model.least_ns * (ts_ns % 1_000_000_000) // 1_000_000_000
