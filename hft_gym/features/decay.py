"""Sums that fade with time: what lies a half-life back counts half."""

import math

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.jit import kernel

LN2 = math.log(2.0)


@kernel
def faded(total: float, since_ns: int, now_ns: int, half_life_s: float) -> float:
    """What is left of a sum last touched at `since_ns`."""
    return total * math.exp(-LN2 * 1e-9 * (now_ns - since_ns) / half_life_s)


@kernel
def add_faded(state: NDArray[np.float64], amount: float, now_ns: int, half_life_s: float) -> None:
    """Fade `state[0]`, last touched at `state[1]` (ns), and add an amount."""
    state[0] = faded(state[0], int(state[1]), now_ns, half_life_s) + amount
    state[1] = now_ns
