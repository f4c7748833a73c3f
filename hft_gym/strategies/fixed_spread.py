"""The rule that keeps both quotes a fixed number of ticks behind the touch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import ConfigError
from hft_gym.strategies.base import has_touch


@dataclass(frozen=True, slots=True)
class FixedSpread:
    """Quote both sides `offset_ticks` behind the touch.

    Attributes:
        offset_ticks: 0 joins the touch.
        max_position_lots: the side that would take |position| beyond this is not quoted.
        n_offsets: offsets of the action set; the action of this number means "no quote".

    Raises:
        ConfigError: the offset is not in the action set.
    """

    offset_ticks: int = 0
    max_position_lots: int | None = None
    n_offsets: int = 6

    def __post_init__(self) -> None:
        """Refuse offsets that the action set does not have."""
        if not 0 <= self.offset_ticks < self.n_offsets:
            raise ConfigError(
                f"strategy.offset_ticks={self.offset_ticks} is not an offset of the action set; "
                f"choose 0 to {self.n_offsets - 1}"
            )

    @property
    def name(self) -> str:
        """Short name for tables and file names."""
        limit = "" if self.max_position_lots is None else f"_max_{self.max_position_lots}"
        return f"fixed_spread_{self.offset_ticks}{limit}"

    def act(self, view: NDArray[np.void]) -> NDArray[np.int64]:
        """`[n, 2]` actions: the same offset on both sides."""
        actions = np.full((len(view), 2), self.offset_ticks, np.int64)
        actions[~has_touch(view)] = self.n_offsets
        if self.max_position_lots is not None:
            actions[view["position_lots"] >= self.max_position_lots, 0] = self.n_offsets
            actions[view["position_lots"] <= -self.max_position_lots, 1] = self.n_offsets
        return actions
