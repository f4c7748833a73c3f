"""The cautious estimate from levels: only trades bring us forward."""

from typing import NamedTuple

from hft_gym.market.interfaces import share_behind
from hft_gym.market.queues.by_level import by_level


@by_level
class RiskAverse(NamedTuple):
    """Whoever cancels stood behind us, as long as there is anybody behind us."""


@share_behind.implement(RiskAverse)
def _share_behind(model: RiskAverse, front_lots: float, back_lots: float) -> float:
    return 1.0
