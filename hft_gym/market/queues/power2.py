"""Cancels fall behind us by a power of the share of the lots there."""

from typing import NamedTuple

from hft_gym.market.interfaces import share_behind
from hft_gym.market.queues.by_level import by_level
from hft_gym.market.queues.power import check_power


@by_level
class Power2(NamedTuple):
    """Share behind: back^n / (back + front)^n.

    Attributes:
        n: 1: every lot is cancelled alike; the larger, the more cancels stood before us.
    """

    n: float = 2.0

    def check(self) -> None:
        """Raise ConfigError unless the power is above 0."""
        check_power(self, self.n)


@share_behind.implement(Power2)
def _share_behind(model: Power2, front_lots: float, back_lots: float) -> float:
    return back_lots**model.n / (back_lots + front_lots) ** model.n
