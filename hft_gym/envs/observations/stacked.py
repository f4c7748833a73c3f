"""The features of the latest decisions of the episode."""

from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from hft_gym.envs.observations.seen import BookShape, Observation, Seen
from hft_gym.errors import ConfigError
from hft_gym.features.interfaces import CLIP


class Stacked(NamedTuple):
    """`[steps, features]`, the newest last; at the start the first decision is repeated.

    Attributes:
        steps: decisions shown.
    """

    steps: int = 4

    def history(self) -> int:
        """The decisions shown.

        Raises:
            ConfigError: there is none.
        """
        if self.steps < 1:
            raise ConfigError(f"observation.steps must be at least 1, not {self.steps}")
        return self.steps

    def book(self) -> BookShape | None:
        """Nothing of it."""
        return None

    def space(self, market_features: int, own_features: int) -> gym.Space[Any]:
        """`[steps, features]` within +-CLIP."""
        shape = (self.steps, market_features + own_features)
        return gym.spaces.Box(-CLIP, CLIP, shape, np.float32)

    def show(self, seen: Seen) -> Observation:
        """`[n, steps, features]`."""
        return seen.features.copy()
