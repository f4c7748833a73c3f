"""Profit and loss less a running price on inventory."""

from typing import NamedTuple

import numpy as np

from hft_gym.envs.interfaces import step_reward


class InventoryPenalty(NamedTuple):
    """Change of equity minus `per_lot2_s` * position^2 * seconds.

    The running penalty of Cartea, Jaimungal, Penalva (2015), "Algorithmic and High-Frequency
    Trading", section 10.2.

    Attributes:
        per_lot2_s: ticks that one lot costs in one second; two lots cost four times as much.
    """

    per_lot2_s: float = 0.02


@step_reward.implement(InventoryPenalty)
def _step_reward(model: InventoryPenalty, env: np.void) -> float:
    position = env["trader"]["known_position_lots"]
    return env["step_pnl_ticks"] - model.per_lot2_s * position * position * env["step_s"]
