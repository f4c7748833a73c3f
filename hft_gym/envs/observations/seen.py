"""What an observation may be made of, and what a form of it must tell."""

from typing import Any, NamedTuple, Protocol

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

Observation = Any  # `[n, ...]` f4, or a dict of such arrays


class Seen(NamedTuple):
    """What is known of `n` environments.

    Attributes:
        features: `[n, history, features]` f4 of the latest decisions, the newest last; the market's
            features come first. Before the episode's first decision that one is repeated.
        market_features: how many of the features are the market's.
        books: `[n, steps, levels, 4]` f4 of a `BookShape`, the newest last; None where nobody asks.
    """

    features: NDArray[np.float32]
    market_features: int
    books: NDArray[np.float32] | None


class BookShape(NamedTuple):
    """Which part of the book is wanted, and its units.

    A level is (ticks from the mid to the bid, bid lots, ticks from the mid to the ask, ask lots),
    the best first, levels without lots left out. Where there is none, or none near, its lots are 0
    and its distance is the farthest; while nobody can trade all is 0.

    Attributes:
        levels: of each side.
        steps: latest decisions, whether they belong to the episode or come before it.
        scale_ticks: unit of distances.
        scale_lots: unit of sizes.
    """

    levels: int
    steps: int
    scale_ticks: float
    scale_lots: float


class ObservationModel(Protocol):
    """A form of the observation; NamedTuples are well suited."""

    def history(self) -> int:
        """How many decisions of features it shows, the present one included."""

    def book(self) -> BookShape | None:
        """Which part of the book it shows."""

    def space(self, market_features: int, own_features: int) -> gym.Space[Any]:
        """Space of one environment's observation."""

    def show(self, seen: Seen) -> Observation:
        """Observations of the `n` environments of `seen`."""


def row_of(observations: Observation, k: int) -> Observation:
    """A copy of the observation of environment `k` alone."""
    if isinstance(observations, dict):
        return {name: part[k].copy() for name, part in observations.items()}
    return observations[k].copy()
