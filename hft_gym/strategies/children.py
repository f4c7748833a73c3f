"""How lots to be traded away become actions of the `ChildOrders` action set."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hft_gym.strategies.base import has_touch

WAIT = 0


def share_for(
    lots: NDArray[np.int64], start_lots: NDArray[np.int64], shares: int, is_all: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """`[n]` choice of share that comes nearest to a child of `lots` (at least 1).

    Choice k stands for (k + 1) / `shares` of the lots at the start, rounded up. Where it `is_all`
    that is left, the child must not be smaller; the environment cuts a larger one.
    """
    every = np.arange(1, shares + 1)
    sizes = -(-start_lots[:, None] * every // shares)
    nearest = np.abs(sizes - lots[:, None]).argmin(axis=1)
    return np.where(is_all, (sizes >= lots[:, None]).argmax(axis=1), nearest)


def child_actions(
    view: NDArray[np.void], place: ArrayLike, lots: NDArray[np.int64], shares: int
) -> NDArray[np.int64]:
    """`[n, 2]` actions that send a child of `[n]` lots to `[n]` places; none where there is none.

    Nothing is sent while a side of the book is empty.
    """
    start_lots = np.abs(view["start_position_lots"])
    actions = np.zeros((len(view), 2), np.int64)
    actions[:, 0] = place
    is_all = lots >= left_lots(view)
    actions[:, 1] = share_for(np.maximum(lots, 1), start_lots, shares, is_all)
    actions[(lots <= 0) | ~has_touch(view), 0] = WAIT
    return actions


def left_lots(view: NDArray[np.void]) -> NDArray[np.int64]:
    """`[n]` lots still to be traded."""
    return np.abs(view["position_lots"])


def behind_schedule(view: NDArray[np.void], share_held: NDArray[np.float64]) -> NDArray[np.int64]:
    """`[n]` lots to trade now so as to hold, by the next decision, a share of those at the start.

    Half a lot is still held.
    """
    wanted = np.ceil(np.abs(view["start_position_lots"]) * share_held - 0.5).astype(np.int64)
    return np.maximum(left_lots(view) - wanted, 0)
