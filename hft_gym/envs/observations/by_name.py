"""Market features, our own features and the book, each under its name."""

from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from hft_gym.envs.observations.lob import Lob
from hft_gym.envs.observations.seen import BookShape, Observation, Seen
from hft_gym.errors import ConfigError
from hft_gym.features.interfaces import CLIP


class ByName(NamedTuple):
    """`{"market": [features], "own": [features], "book": see Lob}`, for policies with many inputs.

    What would be empty is left out.

    Attributes:
        levels: of each side of the book; 0: no book.
        steps: decisions of the book.
        scale_ticks: unit of distances from the mid.
        scale_lots: unit of sizes.
    """

    levels: int = 10
    steps: int = 1
    scale_ticks: float = 5.0
    scale_lots: float = 50.0

    def history(self) -> int:
        """The present decision."""
        return 1

    def book(self) -> BookShape | None:
        """The levels shown, if any."""
        return Lob(*self).book() if self.levels else None

    def space(self, market_features: int, own_features: int) -> gym.Space[Any]:
        """A Dict of boxes within +-CLIP.

        Raises:
            ConfigError: nothing is left to show.
        """
        widths = {"market": market_features, "own": own_features}
        parts: dict[str, gym.Space[Any]] = {
            name: gym.spaces.Box(-CLIP, CLIP, (width,), np.float32)
            for name, width in widths.items()
            if width
        }
        if self.levels:
            parts["book"] = Lob(*self).space(market_features, own_features)
        if not parts:
            raise ConfigError("an observation of no features and no levels shows nothing")
        return gym.spaces.Dict(parts)

    def show(self, seen: Seen) -> Observation:
        """The parts, each `[n, ...]`."""
        now = seen.features[:, -1]
        split = {"market": now[:, : seen.market_features], "own": now[:, seen.market_features :]}
        parts = {name: part.copy() for name, part in split.items() if part.shape[1]}
        if seen.books is not None:
            parts["book"] = Lob(*self).show(seen)
        return parts
