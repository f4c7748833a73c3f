"""How much a step improves the Sharpe ratio of the episode so far."""

import math
from typing import NamedTuple

import numpy as np

from hft_gym.envs.interfaces import reward_memory, step_reward
from hft_gym.errors import ConfigError

MEAN, SQUARE, STEPS = 0, 1, 2  # places of what is kept
LEAST_VARIANCE = 1e-12


class DifferentialSharpe(NamedTuple):
    """Derivative of an exponentially weighted Sharpe ratio by its rate, at each step.

    Moody & Saffell (2001), "Learning to trade via direct reinforcement", equations 10 to 12.

    Attributes:
        eta: weight of the latest step, between 0 and 1.
        prior_ticks: standard deviation of a step's profit before anything has happened.
    """

    eta: float = 0.01
    prior_ticks: float = 1.0

    def check(self) -> None:
        """Refuse what means nothing.

        Raises:
            ConfigError: a parameter is out of range.
        """
        if not 0.0 < self.eta < 1.0:
            raise ConfigError(f"reward.eta must lie between 0 and 1, not be {self.eta}")
        if not self.prior_ticks >= 0.0:
            raise ConfigError(f"reward.prior_ticks must be at least 0, not {self.prior_ticks}")


@step_reward.implement(DifferentialSharpe)
def _step_reward(model: DifferentialSharpe, env: np.void) -> float:
    kept = reward_memory(env)
    if kept[STEPS] == 0.0:
        kept[SQUARE] = model.prior_ticks * model.prior_ticks
    kept[STEPS] += 1.0
    mean, square = kept[MEAN], kept[SQUARE]
    gained = env["step_pnl_ticks"]
    to_mean, to_square = gained - mean, gained * gained - square
    kept[MEAN] += model.eta * to_mean
    kept[SQUARE] += model.eta * to_square
    variance = square - mean * mean
    if variance <= LEAST_VARIANCE:
        return 0.0
    return (square * to_mean - 0.5 * mean * to_square) / (variance * math.sqrt(variance))
