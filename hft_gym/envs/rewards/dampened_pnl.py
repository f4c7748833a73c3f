"""Profit and loss that pays less, or nothing, for what the position gained with the market."""

from typing import NamedTuple

import numpy as np

from hft_gym.envs.interfaces import step_reward


class DampenedPnl(NamedTuple):
    """Change of equity minus `eta` * max(0, position * change of the mid): losses count in full.

    The asymmetrically dampened reward of Spooner, Fearnley, Savani, Koukorinis (2018), "Market
    making via reinforcement learning", section 4.2.

    Attributes:
        eta: share of speculative gains that does not count; 0: plain profit and loss.
    """

    eta: float = 0.6


@step_reward.implement(DampenedPnl)
def _step_reward(model: DampenedPnl, env: np.void) -> float:
    speculative = env["trader"]["known_position_lots"] * env["step_mid_ticks"]
    return env["step_pnl_ticks"] - model.eta * max(0.0, speculative)
