"""Any delay between two bounds, each as likely as another."""

from typing import NamedTuple

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.kernel.random import uniform
from hft_gym.market.interfaces import delay_ns


class Uniform(NamedTuple):
    """Whole nanoseconds from `low_ns` to `high_ns`, both included.

    Attributes:
        low_ns: the shortest delay.
        high_ns: the longest delay.
    """

    low_ns: int = 150_000
    high_ns: int = 350_000

    def check(self) -> None:
        """Raise ConfigError where the bounds are none."""
        if not 0 <= self.low_ns <= self.high_ns:
            raise ConfigError(
                f"Uniform: low_ns ({self.low_ns}) must lie between 0 and high_ns ({self.high_ns})"
            )


@delay_ns.implement(Uniform)
def _delay_ns(model: Uniform, tape: np.void, trader: np.void, ts_ns: int, lots: int) -> int:
    return model.low_ns + int(uniform(trader) * (model.high_ns - model.low_ns + 1))
