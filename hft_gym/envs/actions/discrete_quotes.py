"""Quote both sides from the touch, the pair of distances as one choice: for DQN and its kind."""

from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from hft_gym.envs.actions.quotes import behind_touch, choices
from hft_gym.envs.interfaces import set_targets


class DiscreteQuotes(NamedTuple):
    """One choice a step among `(distances + 1)^2`: bid * (distances + 1) + ask.

    Bid and ask are each one of `distances` behind the touch, or `distances` for no quote.

    Attributes:
        distances: how many there are on a side.
        lots: size of each quote.
        post_only: whether a quote that would take is refused instead.
        nearest_ticks: distance 0 behind the touch, each further one a tick more.
    """

    distances: int = 3
    lots: int = 1
    post_only: bool = True
    nearest_ticks: int = 0

    def space(self) -> gym.Space[Any]:
        """One choice among the pairs."""
        each = choices(self.distances, 1)
        return gym.spaces.Discrete(int(np.prod(each.nvec)))  # type: ignore[attr-defined]


@set_targets.implement(DiscreteQuotes)
def _set_targets(model: DiscreteQuotes, action: int, env: np.void) -> None:
    env["target_post_only"] = model.post_only
    each = model.distances + 1
    bid, ask = action // each, action % each
    known = 0 <= action < each * each
    lots = model.lots if known and bid < model.distances else 0
    behind_touch(env, 0, model.nearest_ticks + bid, lots)
    lots = model.lots if known and ask < model.distances else 0
    behind_touch(env, 1, model.nearest_ticks + ask, lots)
