"""The rule that holds what the imbalance at the touch says, for the `TargetPosition` action set."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import ConfigError


@dataclass(frozen=True, slots=True)
class FollowImbalance:
    """Be long while far more is bid than offered, short where it is the other way round.

    The imbalance is (bid - ask) / (bid + ask) lots at the touch: Cont, Kukanov, Stoikov (2014),
    "The price impact of order book events". Between the thresholds a position is kept.

    Attributes:
        enter: imbalance, 0 to 1, from which on a position is taken.
        leave: imbalance against the position from which on it is given up.
        positions: of the action set, on each side of none; the largest one is taken.
        unit_lots: of the action set.

    Raises:
        ConfigError: a threshold is out of range.
    """

    enter: float = 0.6
    leave: float = 0.2
    positions: int = 1
    unit_lots: int = 1

    def __post_init__(self) -> None:
        """Refuse thresholds that mean nothing."""
        if not (0.0 < self.enter <= 1.0 and -self.enter <= self.leave <= 1.0):
            raise ConfigError(
                f"strategy.enter={self.enter} must be above 0 and at most 1, "
                f"strategy.leave={self.leave} between -enter and 1"
            )

    @property
    def name(self) -> str:
        """Short name for tables and file names."""
        return "follow_imbalance"

    def act(self, view: NDArray[np.void]) -> NDArray[np.int64]:
        """`[n]` actions: the largest position, long or short, none, or the one that is held."""
        bid, ask = view["bid_lots"].astype(np.float64), view["ask_lots"].astype(np.float64)
        imbalance = (bid - ask) / np.maximum(bid + ask, 1.0)
        held = np.round(view["position_lots"] / self.unit_lots).astype(np.int64)
        held = np.clip(held, -self.positions, self.positions)
        target = np.where(np.sign(held) * imbalance < -self.leave, 0, held)
        target = np.where(imbalance >= self.enter, self.positions, target)
        target = np.where(imbalance <= -self.enter, -self.positions, target)
        return target + self.positions
