"""A queue without the order that ours replaces."""

from typing import NamedTuple

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import (
    MarketModels,
    lots_ahead_gone,
    needs_level_lots,
    share_of_print,
)


class WithoutOriginal(NamedTuple):
    """A queue model, to which the order in whose place ours stands does not exist.

    Attributes:
        queue: the model that is asked.
        sees_orders: whether it is told which order shrinks; if not, it sees what a source of price
            levels would show it.
        original_lots: what the tape still shows of the replaced order.
    """

    queue: tuple
    sees_orders: bool
    original_lots: int


@kernel
def _of_others(level_lots: int, original_lots: int) -> int:
    return max(0, level_lots - original_lots) if level_lots >= 0 else -1


@lots_ahead_gone.implement(WithoutOriginal)
def _lots_ahead_gone(
    model: WithoutOriginal, order: np.void, queue_key: int, lots: int, level_lots: int
) -> int:
    if queue_key == order["arrival_row"]:  # of the original itself
        return 0
    key = queue_key if model.sees_orders else -1
    others_lots = _of_others(level_lots, model.original_lots)
    return lots_ahead_gone(model.queue, order, key, lots, others_lots)


@share_of_print.implement(WithoutOriginal)
def _share_of_print(
    model: WithoutOriginal, order: np.void, remaining_lots: int, ahead_lots: int, level_lots: int
) -> int:
    others_lots = _of_others(level_lots, model.original_lots)
    return share_of_print(model.queue, order, remaining_lots, ahead_lots, others_lots)


@needs_level_lots.implement(WithoutOriginal)
def _needs_level_lots(model: WithoutOriginal) -> bool:
    return needs_level_lots(model.queue)


@kernel
def with_original(models: MarketModels, original_lots: int) -> MarketModels:
    """The same models when so many lots of the replaced order are left on the tape."""
    queue = WithoutOriginal(models.queue.queue, models.queue.sees_orders, original_lots)
    return MarketModels(
        models.latency, queue, models.fees, models.risk, models.journal, models.rules
    )
