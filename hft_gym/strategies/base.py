"""What a rule is, and how the prices it wants become actions of the `TouchQuotes` action set."""

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

BID, ASK = 1, -1


class Strategy(Protocol):
    """A rule without memory: what it does depends on nothing but the view of the moment."""

    @property
    def name(self) -> str:
        """Short name for tables and file names."""
        ...

    def act(self, view: NDArray[np.void]) -> NDArray[np.int64]:
        """`[n, 2]` actions (bid, ask) for the `[n]` rows of VIEW_DTYPE in `view`."""
        ...


def offset_behind_touch(
    touch_ticks: NDArray[np.int32],
    px_ticks: ArrayLike,
    side: int,
    n_offsets: int,
) -> NDArray[np.int64]:
    """`[n]` offset action that comes nearest to quoting `px_ticks` on `side` (+1 bid, -1 ask).

    A price better than the touch joins the touch: the action set neither improves nor crosses.
    A price deeper than the deepest offset rests at the deepest.
    """
    behind_ticks = side * (touch_ticks - np.asarray(px_ticks, np.float64))
    return np.clip(behind_ticks, 0, n_offsets - 1).astype(np.int64)


def quotes_at(
    view: NDArray[np.void],
    bid_px_ticks: ArrayLike,
    ask_px_ticks: ArrayLike,
    n_offsets: int,
) -> NDArray[np.int64]:
    """`[n, 2]` actions that quote as near as possible to `[n]` whole prices on both sides.

    While a side of the book is empty there is no touch to lean on: neither side is quoted.
    """
    actions = np.stack(
        [
            offset_behind_touch(view["bid_ticks"], bid_px_ticks, BID, n_offsets),
            offset_behind_touch(view["ask_ticks"], ask_px_ticks, ASK, n_offsets),
        ],
        axis=1,
    )
    actions[~has_touch(view)] = n_offsets
    return actions


def has_touch(view: NDArray[np.void]) -> NDArray[np.bool_]:
    """`[n]` whether both sides of the book hold lots."""
    return (view["bid_lots"] > 0) & (view["ask_lots"] > 0)
