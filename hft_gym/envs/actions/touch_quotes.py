"""Quote both sides so many ticks from the touch, or not at all."""

from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.interfaces import set_targets


class TouchQuotes(NamedTuple):
    """Two choices a step, (bid, ask), each one of `offsets` distances, or `offsets` for no quote.

    Attributes:
        offsets: how many distances there are.
        lots: size of each quote.
        post_only: whether a quote that would take is refused instead.
        nearest_ticks: distance of choice 0 behind the touch, each further choice a tick more;
            negative quotes inside the spread, or takes.
    """

    offsets: int = 6
    lots: int = 1
    post_only: bool = True
    nearest_ticks: int = 0

    def space(self) -> gym.Space[Any]:
        """Two choices among the distances and "no quote"."""
        return gym.spaces.MultiDiscrete([self.offsets + 1, self.offsets + 1])


@set_targets.implement(TouchQuotes)
def _set_targets(model: TouchQuotes, action: NDArray[np.int64], env: np.void) -> None:
    env["target_post_only"] = model.post_only
    for slot in range(2):
        choice = action[slot]
        behind_ticks = model.nearest_ticks + choice
        if slot == 0:
            env["target_px_ticks"][slot] = env["bid_ticks"] - behind_ticks
        else:
            env["target_px_ticks"][slot] = env["ask_ticks"] + behind_ticks
        env["target_lots"][slot] = model.lots if 0 <= choice < model.offsets else 0
