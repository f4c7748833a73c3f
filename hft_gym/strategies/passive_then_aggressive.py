"""The rule that rests while there is time, then takes what is left."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import ConfigError
from hft_gym.strategies.children import child_actions, left_lots


@dataclass(frozen=True, slots=True)
class PassiveThenAggressive:
    """Rest everything behind the touch for a share of the episode, then take.

    Attributes:
        patience: share of the decisions, 0 to 1, in which it rests.
        distance_ticks: how far behind the touch; 0 joins it.
        distances: passive places of the action set; the place after them takes.
        shares: sizes of the action set.

    Raises:
        ConfigError: a parameter is out of range.
    """

    patience: float = 0.8
    distance_ticks: int = 0
    distances: int = 4
    shares: int = 5

    def __post_init__(self) -> None:
        """Refuse what the action set does not have."""
        if not 0.0 <= self.patience <= 1.0:
            raise ConfigError(f"strategy.patience={self.patience} must be between 0 and 1")
        if not 0 <= self.distance_ticks < self.distances:
            raise ConfigError(
                f"strategy.distance_ticks={self.distance_ticks} is not a distance of the action "
                f"set; choose 0 to {self.distances - 1}"
            )

    @property
    def name(self) -> str:
        """Short name for tables and file names."""
        return "passive_then_aggressive"

    def act(self, view: NDArray[np.void]) -> NDArray[np.int64]:
        """`[n, 2]` actions: rest, later take, always all that is left."""
        all_steps = view["steps"] + view["steps_left"]
        is_late = view["steps"] >= self.patience * all_steps
        place = np.where(is_late, self.distances + 1, 1 + self.distance_ticks)
        return child_actions(view, place, left_lots(view), self.shares)
