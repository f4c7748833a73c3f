"""The rule that holds no position, for the `TargetPosition` action set."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Flat:
    """Hold nothing, ever: reward 0, the floor of every comparison.

    Attributes:
        positions: of the action set, on each side of none.
    """

    positions: int = 1

    @property
    def name(self) -> str:
        """Short name for tables and file names."""
        return "flat"

    def act(self, view: NDArray[np.void]) -> NDArray[np.int64]:
        """`[n]` actions: no position."""
        return np.full(len(view), self.positions, np.int64)
