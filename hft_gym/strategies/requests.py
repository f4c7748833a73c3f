"""Rules for the `OrderEntry` action set: none that is clever, two that others are compared with."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.random import seed_states
from hft_gym.strategies.random import choices_of, hashed

CHOICES = 6


@dataclass(frozen=True, slots=True)
class NoRequests:
    """Ask for nothing, ever: reward 0, the floor of every comparison."""

    @property
    def name(self) -> str:
        """Short name for tables and file names."""
        return "no_requests"

    def act(self, view: NDArray[np.void]) -> NDArray[np.int64]:
        """`[n, 6]` actions: nothing."""
        return np.zeros((len(view), CHOICES), np.int64)


@dataclass(frozen=True, slots=True)
class RandomRequests:
    """Ask for anything, valid or not.

    What is asked depends on the seed and the moment alone, so that the same windows give the same
    requests in batches of any size.

    Attributes:
        seed: of the requests.
        slots: of the action set.
        reach_ticks: of the action set.
        sizes: of the action set.
    """

    seed: int = 0
    slots: int = 4
    reach_ticks: int = 5
    sizes: int = 3

    @property
    def name(self) -> str:
        """Short name for tables and file names."""
        return "random_requests"

    def act(self, view: NDArray[np.void]) -> NDArray[np.int64]:
        """`[n, 6]` actions."""
        counts = np.array([4, self.slots, 2, 2 * self.reach_ticks + 1, self.sizes, 6])
        moments = hashed(np.array([self.seed]), view["ts_local_ns"])
        drawn = seed_states(moments[:, None] ^ np.arange(CHOICES)).view(np.int64)
        return choices_of(drawn, counts)
