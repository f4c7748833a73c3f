"""Fees of somebody else's: so much for each fill, whatever its size."""

from typing import NamedTuple

from hft_gym.market.interfaces import fee_microticks


class PerFill(NamedTuple):
    """`ticks` for a fill."""

    ticks: float = 3.0


@fee_microticks.implement(PerFill)
def _fee_microticks(model, trader, px_ticks, lots, is_maker):
    return round(model.ticks * 1e6)
