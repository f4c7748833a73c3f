"""An action of somebody else's: one number, the same distance on both sides."""

from typing import NamedTuple

import gymnasium as gym

from hft_gym.envs.interfaces import set_targets


class SameDistance(NamedTuple):
    """Quote `lots` so many ticks behind the touch on both sides."""

    distances: int = 3
    lots: int = 2

    def space(self):
        """One of the distances."""
        return gym.spaces.Discrete(self.distances)


@set_targets.implement(SameDistance)
def _set_targets(model, action, env):
    env["target_post_only"] = True
    env["target_px_ticks"][0] = env["bid_ticks"] - action
    env["target_px_ticks"][1] = env["ask_ticks"] + action
    env["target_lots"][0] = model.lots
    env["target_lots"][1] = model.lots
