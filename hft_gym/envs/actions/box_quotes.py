"""Quote both sides by four continuous numbers: for SAC, TD3 and their kind."""

import math
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.actions.quotes import behind_touch
from hft_gym.envs.interfaces import set_targets
from hft_gym.envs.records import SIDES
from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel


class BoxQuotes(NamedTuple):
    """(bid distance, ask distance, bid size, ask size), each within +-1, rounded to whole numbers.

    A distance of -1 quotes `nearest_ticks` behind the touch, one of 1 `reach_ticks` further away. A
    size of -1 is no quote, one of 1 is `lots`.

    Attributes:
        reach_ticks: from the nearest distance to the farthest.
        lots: size of the largest quote.
        post_only: whether a quote that would take is refused instead.
        nearest_ticks: the nearest distance behind the touch.
    """

    reach_ticks: int = 5
    lots: int = 1
    post_only: bool = True
    nearest_ticks: int = 0

    def space(self) -> gym.Space[Any]:
        """Four numbers within +-1."""
        if self.reach_ticks < 0 or self.lots < 1:
            raise ConfigError(
                f"action.reach_ticks ({self.reach_ticks}) must be at least 0 and "
                f"action.lots ({self.lots}) at least 1"
            )
        return gym.spaces.Box(-1.0, 1.0, (2 * SIDES,), np.float32)


@kernel
def nearest_whole(value: float, most: int) -> int:
    """Whole number from 0 at -1 to `most` at 1; what is no number is 0."""
    if not value > -1.0:
        return 0
    # NumPy would round a float32 times a whole number to a float32, a kernel does not
    return math.floor(0.5 * (min(np.float64(value), 1.0) + 1.0) * most + 0.5)


@set_targets.implement(BoxQuotes)
def _set_targets(model: BoxQuotes, action: NDArray[np.float32], env: np.void) -> None:
    env["target_post_only"] = model.post_only
    for slot in range(SIDES):
        behind_ticks = model.nearest_ticks + nearest_whole(action[slot], model.reach_ticks)
        behind_touch(env, slot, behind_ticks, nearest_whole(action[SIDES + slot], model.lots))
