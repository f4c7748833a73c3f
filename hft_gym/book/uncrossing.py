"""Where nobody could trade, and now one can."""

import numpy as np
from numpy.typing import NDArray

from hft_gym.tape.rows import Flag

CROSSED = int(Flag.CROSSED) | int(Flag.HALTED)  # either way, nobody can trade


def uncrossings(flags: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Rows before which the book has just uncrossed, or trading has just gone on."""
    ends = np.flatnonzero(flags & int(Flag.LAST))  # only after these is the book consistent
    crossed = (flags[ends] & CROSSED) != 0
    return ends[1:][crossed[:-1] & ~crossed[1:]].astype(np.int64) + 1
