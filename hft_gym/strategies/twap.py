"""The rule that trades evenly over time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hft_gym.strategies.almgren_chriss import share_held
from hft_gym.strategies.children import behind_schedule, child_actions


@dataclass(frozen=True, slots=True)
class Twap:
    """Take equal parts at equal distances in decisions; the last one leaves nothing.

    It is the schedule of Almgren and Chriss without aversion to risk.

    Attributes:
        distances: passive places of the action set; the place after them takes.
        shares: sizes of the action set: with as many as the order has lots, each part is exact.
    """

    distances: int = 4
    shares: int = 5

    @property
    def name(self) -> str:
        """Short name for tables and file names."""
        return "twap"

    def act(self, view: NDArray[np.void]) -> NDArray[np.int64]:
        """`[n, 2]` actions: take what is behind the schedule."""
        steps = view["steps"]
        lots = behind_schedule(view, share_held(0.0, steps + view["steps_left"], steps + 1))
        return child_actions(view, self.distances + 1, lots, self.shares)
