"""Utility with constant absolute risk aversion."""

import math
from typing import NamedTuple

import numpy as np

from hft_gym.envs.interfaces import step_reward
from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel

FARTHEST = 50.0  # of the exponent: e^50 is as bad as it gets, and still a number


@kernel
def utility(gamma_per_tick: float, wealth_ticks: float) -> float:
    """`(1 - exp(-gamma w)) / gamma`: near `w` where little is at stake, never above `1 / gamma`."""
    exponent = min(FARTHEST, max(-FARTHEST, -gamma_per_tick * wealth_ticks))
    return -math.expm1(exponent) / gamma_per_tick


class CaraUtility(NamedTuple):
    """Change of the utility of equity; over an episode it adds up to the utility at its end.

    Constant absolute risk aversion: Pratt (1964), "Risk aversion in the small and in the large",
    section 5; the aim of Avellaneda & Stoikov (2008).

    Attributes:
        gamma_per_tick: risk aversion, above 0, for each tick-lot.
    """

    gamma_per_tick: float = 0.01

    def check(self) -> None:
        """Refuse what means nothing.

        Raises:
            ConfigError: a parameter is out of range.
        """
        if not self.gamma_per_tick > 0.0:
            raise ConfigError(f"reward.gamma_per_tick must be above 0, not {self.gamma_per_tick}")


@step_reward.implement(CaraUtility)
def _step_reward(model: CaraUtility, env: np.void) -> float:
    after = env["equity_ticks"]
    before = after - env["step_pnl_ticks"]
    return utility(model.gamma_per_tick, after) - utility(model.gamma_per_tick, before)
