"""Quote both sides from the touch, the pair of distances as one choice: for DQN and its kind."""

from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from hft_gym.envs.actions.quotes import behind_touch, choices
from hft_gym.envs.interfaces import set_targets


class DiscreteQuotes(NamedTuple):
    """One choice a step among `(offsets + 1)^2`: bid distance * (offsets + 1) + ask distance.

    Each distance is one of `offsets` behind the touch, or `offsets` for no quote.

    Attributes:
        offsets: how many distances there are on a side.
        lots: size of each quote.
        post_only: whether a quote that would take is refused instead.
        nearest_ticks: distance 0 behind the touch, each further one a tick more.
    """

    offsets: int = 3
    lots: int = 1
    post_only: bool = True
    nearest_ticks: int = 0

    def space(self) -> gym.Space[Any]:
        """One choice among the pairs."""
        each = choices(self.offsets, 1)
        return gym.spaces.Discrete(int(np.prod(each.nvec)))  # type: ignore[attr-defined]


@set_targets.implement(DiscreteQuotes)
def _set_targets(model: DiscreteQuotes, action: int, env: np.void) -> None:
    env["target_post_only"] = model.post_only
    each = model.offsets + 1
    bid, ask = action // each, action % each
    known = 0 <= action < each * each
    lots = model.lots if known and bid < model.offsets else 0
    behind_touch(env, 0, model.nearest_ticks + bid, lots)
    lots = model.lots if known and ask < model.offsets else 0
    behind_touch(env, 1, model.nearest_ticks + ask, lots)
