"""Profit and loss of closed lots only."""

from typing import NamedTuple

import numpy as np

from hft_gym.envs.interfaces import step_reward


class RealisedPnl(NamedTuple):
    """What the lots closed in the step earned, at average cost, after all fees of the step.

    An open position counts for nothing until it is closed, at the end of the episode as well: an
    agent may learn to sit on losses.
    """


@step_reward.implement(RealisedPnl)
def _step_reward(model: RealisedPnl, env: np.void) -> float:
    return env["step_realised_ticks"]
