"""Price-time priority with the exact place, for sources that show every order."""

from typing import NamedTuple

import numpy as np

from hft_gym.market.interfaces import leaves_by_arrival, lots_ahead_gone, needs_orders


class Fifo(NamedTuple):
    """First come, first served; an order's place is known from the orders that came before."""


@lots_ahead_gone.implement(Fifo)
def _lots_ahead_gone(
    model: Fifo, order: np.void, queue_key: int, lots: int, level_lots: int
) -> int:
    # keys are row numbers: whoever came before the row we arrived at stands ahead of us
    return lots if queue_key < order["arrival_row"] else 0


@leaves_by_arrival.implement(Fifo)
def _leaves_by_arrival(model: Fifo) -> bool:
    return True


@needs_orders.implement(Fifo)
def _needs_orders(model: Fifo) -> bool:
    return True
