"""What fills earn against the mid, whatever the position does afterwards."""

from typing import NamedTuple

import numpy as np

from hft_gym.envs.interfaces import step_reward


class SpreadCapture(NamedTuple):
    """Sum of side * (mid - price) * lots over the fills learnt of in the step, after fees.

    The mid is that of the decision before the step.
    """


@step_reward.implement(SpreadCapture)
def _step_reward(model: SpreadCapture, env: np.void) -> float:
    return env["step_spread_ticks"] - env["step_fees_ticks"]
