"""Profit and loss, nothing else."""

from typing import NamedTuple

import numpy as np

from hft_gym.envs.interfaces import step_reward


class Pnl(NamedTuple):
    """Change of equity, marked at the mid, after fees."""


@step_reward.implement(Pnl)
def _step_reward(model: Pnl, env: np.void) -> float:
    return env["step_pnl_ticks"]
