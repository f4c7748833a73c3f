"""Rewards of somebody else's: one that is compiled, one that is plain Python."""

from typing import NamedTuple

from hft_gym.envs.interfaces import step_reward


class MyReward(NamedTuple):
    """Change of equity, less `per_lot` for each lot held."""

    per_lot: float = 0.25


@step_reward.implement(MyReward)
def _step_reward(model, env):
    return env["step_pnl_ticks"] - model.per_lot * abs(env["trader"]["known_position_lots"])


class PlainReward:
    """The same without a compiler: all environments at once."""

    def __init__(self, per_lot=0.25):
        self.per_lot = per_lot

    def __call__(self, envs):
        """`[envs]` rewards."""
        return envs["step_pnl_ticks"] - self.per_lot * abs(envs["trader"]["known_position_lots"])
