"""The book itself as a tensor, for networks that find their own features."""

from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from hft_gym.envs.observations.seen import BookShape, Observation, Seen
from hft_gym.errors import ConfigError
from hft_gym.features.interfaces import CLIP


class Lob(NamedTuple):
    """`[levels, 4]`, or with several steps `[4, levels, steps]`: channels first, the newest last.

    See `BookShape` for what the four numbers are. Nothing is shown of our own position and orders;
    `ByName` shows them beside the book. The layout with time is that of convolutional networks such
    as DeepLOB: Zhang, Zohren, Roberts (2019), "DeepLOB: deep convolutional neural networks for
    limit order books", section III.

    Attributes:
        levels: of each side.
        steps: decisions shown.
        scale_ticks: unit of distances from the mid.
        scale_lots: unit of sizes.
    """

    levels: int = 10
    steps: int = 1
    scale_ticks: float = 5.0
    scale_lots: float = 50.0

    def history(self) -> int:
        """None but the present decision's features, which are not shown."""
        return 1

    def book(self) -> BookShape | None:
        """The levels shown.

        Raises:
            ConfigError: a parameter is out of range.
        """
        for name, value in self._asdict().items():
            if not value > 0:
                raise ConfigError(f"observation.{name} must be above 0, not {value}")
        return BookShape(*self)

    def space(self, market_features: int, own_features: int) -> gym.Space[Any]:
        """`[levels, 4]` or `[4, levels, steps]` within +-CLIP."""
        shape = (self.levels, 4) if self.steps == 1 else (4, self.levels, self.steps)
        return gym.spaces.Box(-CLIP, CLIP, shape, np.float32)

    def show(self, seen: Seen) -> Observation:
        """`[n, levels, 4]` or `[n, 4, levels, steps]`."""
        assert seen.books is not None
        if self.steps == 1:
            return seen.books[:, 0]
        return np.ascontiguousarray(seen.books.transpose(0, 3, 2, 1))
