"""Who trades more pays less: the schedule of a fill depends on the lots traded before."""

from typing import Any, NamedTuple

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import fee_microticks


class Tiers(NamedTuple):
    """Up to three schedules, each from a volume on.

    A fill pays by the tier in which it begins, as venues bill by what was traded before.

    Attributes:
        first: schedule from nothing on.
        second: schedule from `second_from_lots` on.
        third: schedule from `third_from_lots` on.
        second_from_lots: lots traded before.
        third_from_lots: lots traded before.
        lots_before: traded in the billing period before the episode began.
    """

    first: Any = PerLot(0.05, 0.1)
    second: Any = PerLot(0.0, 0.08)
    third: Any = PerLot(-0.02, 0.06)
    second_from_lots: int = 1_000
    third_from_lots: int = 10_000
    lots_before: int = 0

    def check(self) -> None:
        """Raise ConfigError where the volumes do not rise."""
        if not 0 < self.second_from_lots <= self.third_from_lots or self.lots_before < 0:
            raise ConfigError(
                f"Tiers: need 0 < second_from_lots ({self.second_from_lots}) <= third_from_lots "
                f"({self.third_from_lots}) and lots_before ({self.lots_before}) not negative"
            )


@fee_microticks.implement(Tiers)
def _fee_microticks(model: Tiers, trader: np.void, px_ticks: int, lots: int, is_maker: bool) -> int:
    traded = model.lots_before + trader["lots_traded"]
    if traded >= model.third_from_lots:
        return fee_microticks(model.third, trader, px_ticks, lots, is_maker)
    if traded >= model.second_from_lots:
        return fee_microticks(model.second, trader, px_ticks, lots, is_maker)
    return fee_microticks(model.first, trader, px_ticks, lots, is_maker)
