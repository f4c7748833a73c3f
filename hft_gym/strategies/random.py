"""The rule that draws its quotes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
        place = hashed(hashed(np.array([self.seed]), view["tape"]), view["decision"])
        return choices_of(hashed(place[:, None], np.arange(2)), self.n_offsets + 1)


def hashed(key: NDArray[np.int64], word: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keys for the next word, or bits to choose by; key and word broadcast against each other.

    The key is scrambled before the word joins, so that (1, 2) and (2, 1) part company.
    """
    return seed_states(seed_states(key).view(np.int64) ^ word).view(np.int64)


def choices_of(bits: NDArray[np.int64], counts: ArrayLike) -> NDArray[np.int64]:
    """Choices from 0 to `counts` - 1, each as likely, of random bits."""
    unit = (bits.view(np.uint64) >> np.uint64(11)) * _TO_UNIT
    return (unit * np.asarray(counts)).astype(np.int64)
