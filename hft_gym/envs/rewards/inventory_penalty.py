"""Profit and loss less a running price on inventory."""

from typing import NamedTuple

import numpy as np

from hft_gym.envs.interfaces import step_reward


class InventoryPenalty(NamedTuple):
    """Change of equity minus (`per_lot2_s` * position^2 + `per_lot_s` * |position|) * seconds.

    The running penalty of Cartea, Jaimungal, Penalva (2015), "Algorithmic and High-Frequency
    Trading", section 10.2.

    Attributes:
        per_lot2_s: ticks that one lot costs in one second; two lots cost four times as much.
        per_lot_s: ticks that each lot costs in one second.
    """

    per_lot2_s: float = 0.02
    per_lot_s: float = 0.0


@step_reward.implement(InventoryPenalty)
def _step_reward(model: InventoryPenalty, env: np.void) -> float:
    lots = abs(env["trader"]["known_position_lots"])
    price = model.per_lot2_s * lots * lots + model.per_lot_s * lots
    return env["step_pnl_ticks"] - price * env["step_s"]
