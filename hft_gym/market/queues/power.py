"""Cancels fall before and behind us by powers of the lots there."""

from typing import NamedTuple

from hft_gym.errors import ConfigError
from hft_gym.market.interfaces import share_behind
from hft_gym.market.queues.by_level import by_level


def check_power(model: tuple, n: float) -> None:
    """Raise ConfigError unless the power `n` of a model is above 0."""
    if n <= 0:
        raise ConfigError(f"{model}: n must be above 0")


@by_level
class Power(NamedTuple):
    """Share behind: back^n / (back^n + front^n).

    Attributes:
        n: 1: every lot is cancelled alike; the larger, the surer the longer part.
    """

    n: float = 2.0

    def check(self) -> None:
        """Raise ConfigError unless the power is above 0."""
        check_power(self, self.n)


@share_behind.implement(Power)
def _share_behind(model: Power, front_lots: float, back_lots: float) -> float:
    return back_lots**model.n / (back_lots**model.n + front_lots**model.n)
