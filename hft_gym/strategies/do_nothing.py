"""The rule that never quotes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class DoNothing:
    """Quote nothing, ever: reward 0, the floor of every comparison.

    Attributes:
        n_offsets: offsets of the action set; the action of this number means "no quote".
    """

    n_offsets: int = 6

    @property
    def name(self) -> str:
        """Short name for tables and file names."""
        return "do_nothing"

    def act(self, view: NDArray[np.void]) -> NDArray[np.int64]:
        """`[n, 2]` actions: no quote on either side."""
        return np.full((len(view), 2), self.n_offsets, np.int64)
