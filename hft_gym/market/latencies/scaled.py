"""Delays that are longer in some episodes than in others: domain randomisation."""

from typing import NamedTuple

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.kernel.random import uniform
from hft_gym.market.interfaces import begin_episode, delay_ns


class Scaled(NamedTuple):
    """Another model's delays, times a factor that is drawn for each episode.

    The factor is log-uniform: half of the episodes have one below the geometric mean of the
    bounds. All ways of an episode share the draw: a slow line is slow both ways. The feed cannot
    vary, since what it brings is computed once a tape.

    Attributes:
        delay: the delay model.
        low: the smallest factor.
        high: the largest factor.
    """

    delay: tuple
    low: float = 0.5
    high: float = 2.0

    def check(self) -> None:
        """Raise ConfigError where the bounds are none."""
        if not 0.0 < self.low <= self.high:
            raise ConfigError(
                f"Scaled: low ({self.low}) must be above 0 and no larger than high ({self.high})"
            )

    def trader_fields(self) -> tuple[tuple[str, str], ...]:
        """Where in the range the factor of the episode lies, 0 to 1."""
        return (("latency_share", "f8"),)


@begin_episode.implement(Scaled)
def _begin_episode(model: Scaled, trader: np.void) -> None:
    trader["latency_share"] = uniform(trader)


@delay_ns.implement(Scaled)
def _delay_ns(model: Scaled, tape: np.void, trader: np.void, ts_ns: int, lots: int) -> int:
    factor = model.low * (model.high / model.low) ** trader["latency_share"]
    return round(factor * delay_ns(model.delay, tape, trader, ts_ns, lots))
