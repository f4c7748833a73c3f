"""So much a lot, apart for makers and takers."""

from typing import NamedTuple

import numpy as np

from hft_gym.market.interfaces import fee_microticks


class PerLot(NamedTuple):
    """A fixed fee for each lot.

    Attributes:
        maker_ticks: ticks a lot that rested; negative is a rebate.
        taker_ticks: ticks a lot that took.
    """

    maker_ticks: float = 0.05
    taker_ticks: float = 0.1


@fee_microticks.implement(PerLot)
def _fee_microticks(
    model: PerLot, trader: np.void, px_ticks: int, lots: int, is_maker: bool
) -> int:
    ticks = model.maker_ticks if is_maker else model.taker_ticks
    return round(ticks * 1e6) * lots
