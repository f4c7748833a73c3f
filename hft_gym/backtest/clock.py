"""Places in time on a tape."""

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.jit import kernel


@kernel
def first_after(times_ns: NDArray[np.int64], start: int, ts_ns: int) -> int:
    """First row from `start` on that is later than a time; the number of rows where none is.

    Searches in steps that double: most often it is near.
    """
    rows = times_ns.size
    low, step = start, 1
    while low + step < rows and times_ns[low + step - 1] <= ts_ns:
        low += step
        step *= 2
    high = min(low + step, rows)
    while low < high:
        middle = (low + high) // 2
        if times_ns[middle] > ts_ns:
            high = middle
        else:
            low = middle + 1
    return low
