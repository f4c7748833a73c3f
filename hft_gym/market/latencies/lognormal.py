"""Delays with a long tail above: the usual shape of network and gateway times."""

from typing import NamedTuple

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.kernel.random import normal
from hft_gym.market.interfaces import delay_ns


class LogNormal(NamedTuple):
    """`least_ns + median_ns * exp(sigma * z)`, z standard normal.

    Attributes:
        median_ns: median of the part that varies.
        sigma: standard deviation of its logarithm; 1: one in a hundred takes over ten medians.
        least_ns: the part that never varies, such as the length of the line.
    """

    median_ns: int = 150_000
    sigma: float = 0.5
    least_ns: int = 100_000

    def check(self) -> None:
        """Raise ConfigError where a number is out of range."""
        if self.median_ns <= 0 or self.sigma < 0 or self.least_ns < 0:
            raise ConfigError(f"{self}: median_ns must be above 0, sigma and least_ns not negative")


@delay_ns.implement(LogNormal)
def _delay_ns(model: LogNormal, tape: np.void, trader: np.void, ts_ns: int, lots: int) -> int:
    return model.least_ns + int(model.median_ns * np.exp(model.sigma * normal(trader)))
