"""A share of what changes hands, apart for makers and takers."""

from typing import NamedTuple

import numpy as np

from hft_gym.market.interfaces import fee_microticks


class BasisPoints(NamedTuple):
    """Hundredths of a per cent of the notional, `px * lots`.

    Attributes:
        maker_bps: of lots that rested; negative is a rebate.
        taker_bps: of lots that took.
    """

    maker_bps: float = 1.0
    taker_bps: float = 5.0


@fee_microticks.implement(BasisPoints)
def _fee_microticks(
    model: BasisPoints, trader: np.void, px_ticks: int, lots: int, is_maker: bool
) -> int:
    bps = model.maker_bps if is_maker else model.taker_bps
    # the fee of a lot is rounded, so that how an order fills makes no difference; prices of
    # spreads may lie below 0
    return round(bps * 100.0 * abs(px_ticks)) * lots
