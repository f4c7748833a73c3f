"""What all queue models that follow levels have in common."""

from typing import Any, TypeVar

import numpy as np

from hft_gym.market.interfaces import follows_levels, lots_ahead_gone, share_of_print
from hft_gym.market.levels import lots_past_front

T = TypeVar("T", bound=type[Any])


def by_level(model_class: T) -> T:
    """Make a NamedTuple a queue model that sees levels only; it still owes a `share_behind`."""

    @follows_levels.implement(model_class)
    def _follows(model: tuple) -> bool:
        return True

    @lots_ahead_gone.implement(model_class)
    def _gone(model: tuple, order: np.void, queue_key: int, lots: int, level_lots: int) -> int:
        return 0  # the end of the packet tells

    @share_of_print.implement(model_class)
    def _share(
        model: tuple, order: np.void, remaining_lots: int, ahead_lots: int, level_lots: int
    ) -> int:
        return lots_past_front(order, remaining_lots)

    return model_class
