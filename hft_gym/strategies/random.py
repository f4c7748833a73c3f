"""The rule that draws its quotes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.random import seed_states

_TO_UNIT = 2.0**-53


@dataclass(frozen=True, slots=True)
class Random:
    """Each side uniform over all offsets and "no quote", anew at each decision.

    The draw is a hash of (seed, tape, decision, side). A row's actions therefore depend neither on
    how many environments run beside it nor on their order, and a run can be repeated from its
    seed without any state.

    Attributes:
        seed: chooses the stream of draws.
        n_offsets: offsets of the action set; the action of this number means "no quote".
    """

    seed: int = 0
    n_offsets: int = 6

    @property
    def name(self) -> str:
        """Short name for tables and file names."""
        return "random"

    def act(self, view: NDArray[np.void]) -> NDArray[np.int64]:
        """`[n, 2]` actions, uniform over 0..n_offsets."""
        place = _hashed(np.full(len(view), self.seed, np.int64), view["tape"])
        place = _hashed(place, view["decision"])
        unit = np.stack([(_bits(place, side) >> np.uint64(11)) * _TO_UNIT for side in (0, 1)], 1)
        return (unit * (self.n_offsets + 1)).astype(np.int64)


def _bits(place: NDArray[np.int64], side: int) -> NDArray[np.uint64]:
    return _hashed(place, np.full(len(place), side, np.int64)).view(np.uint64)


def _hashed(key: NDArray[np.int64], word: NDArray[np.int64]) -> NDArray[np.int64]:
    # the key is scrambled before the word joins, so that (1, 2) and (2, 1) part company
    return seed_states(seed_states(key).view(np.int64) ^ word).view(np.int64)
