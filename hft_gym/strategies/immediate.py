"""The rule that trades everything at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hft_gym.strategies.children import child_actions, left_lots


@dataclass(frozen=True, slots=True)
class Immediate:
    """Take all that is left, at every decision: no risk, the whole of the impact.

    Attributes:
        distances: passive places of the action set; the place after them takes.
        shares: sizes of the action set.
    """

    distances: int = 4
    shares: int = 5

    @property
    def name(self) -> str:
        """Short name for tables and file names."""
        return "immediate"

    def act(self, view: NDArray[np.void]) -> NDArray[np.int64]:
        """`[n, 2]` actions: take."""
        return child_actions(view, self.distances + 1, left_lots(view), self.shares)
