"""Quote both sides so many ticks from the touch, or not at all."""

from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.actions.quotes import behind_touch, choices, chosen_lots
from hft_gym.envs.interfaces import set_targets
from hft_gym.envs.records import SIDES


class TouchQuotes(NamedTuple):
    """Two choices a step, (bid, ask), each one of `offsets` distances, or `offsets` for no quote.

    Attributes:
        offsets: how many distances there are.
        lots: size of each quote.
        post_only: whether a quote that would take is refused instead.
        nearest_ticks: distance of choice 0 behind the touch, each further choice a tick more;
            negative quotes inside the spread, or takes.
        sizes: where above 1, two further choices (bid, ask): `lots` times 1 to `sizes`.
    """

    offsets: int = 6
    lots: int = 1
    post_only: bool = True
    nearest_ticks: int = 0
    sizes: int = 1

    def space(self) -> gym.Space[Any]:
        """Two choices among the distances and "no quote", and two sizes if there are several."""
        return choices(self.offsets, self.sizes)


@set_targets.implement(TouchQuotes)
def _set_targets(model: TouchQuotes, action: NDArray[np.int64], env: np.void) -> None:
    env["target_post_only"] = model.post_only
    for slot in range(SIDES):
        lots = chosen_lots(action, slot, model.offsets, model.lots, model.sizes)
        behind_touch(env, slot, model.nearest_ticks + action[slot], lots)
