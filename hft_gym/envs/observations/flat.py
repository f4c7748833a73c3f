"""The features of the present decision, in one row."""

from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from hft_gym.envs.observations.seen import BookShape, Observation, Seen
from hft_gym.features.interfaces import CLIP


class Flat(NamedTuple):
    """`[features]`: the market's, then our own."""

    def history(self) -> int:
        """The present decision."""
        return 1

    def book(self) -> BookShape | None:
        """Nothing of it."""
        return None

    def space(self, market_features: int, own_features: int) -> gym.Space[Any]:
        """`[features]` within +-CLIP."""
        return gym.spaces.Box(-CLIP, CLIP, (market_features + own_features,), np.float32)

    def show(self, seen: Seen) -> Observation:
        """`[n, features]`."""
        return seen.features[:, -1]
