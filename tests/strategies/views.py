"""Views as a core would hand them out, for tests of rules."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.records import VIEW_DTYPE


def view_of(n: int = 1, **fields: Any) -> NDArray[np.void]:
    """`[n]` rows with a touch of 100 x 5 / 101 x 5, changed by `fields`."""
    view = np.zeros(n, VIEW_DTYPE)
    start = {"bid_ticks": 100, "ask_ticks": 101, "bid_lots": 5, "ask_lots": 5}
    for name, value in {**start, **fields}.items():
        view[name] = value
    return view
