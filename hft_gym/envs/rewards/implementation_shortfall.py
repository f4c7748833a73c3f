"""What trading costs against having traded at once, at the mid, for nothing."""

from typing import NamedTuple

import numpy as np

from hft_gym.envs.interfaces import step_reward


class ImplementationShortfall(NamedTuple):
    """Change of (equity - that of a paper portfolio that held `target_lots` from the start).

    Over an episode it adds up to minus the implementation shortfall: the cost of execution, fees
    included, and of what was not executed, marked at the mid. Perold (1988), "The implementation
    shortfall: paper versus reality".

    Attributes:
        target_lots: lots to buy (above 0) or to sell (below 0) from the mid of the start.
    """

    target_lots: int = 5


@step_reward.implement(ImplementationShortfall)
def _step_reward(model: ImplementationShortfall, env: np.void) -> float:
    return env["step_pnl_ticks"] - model.target_lots * env["step_mid_ticks"]
