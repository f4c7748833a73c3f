"""Random numbers whose whole state is one unsigned integer in the caller's record.

SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators", OOPSLA).
"""

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.jit import kernel

GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31, _S11 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(11)
_TO_UNIT = 1.0 / 9007199254740992.0  # 2**-53
_TURN = 6.283185307179586  # radians


@kernel
def mix(state: np.uint64) -> np.uint64:
    """Scramble a counter into 64 random bits."""
    z = (state ^ (state >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return z ^ (z >> _S31)


@kernel
def uniform(holder: np.void) -> float:
    """The next number in [0, 1) of the record's field `random_state`, which moves on."""
    holder["random_state"] += GAMMA
    return (mix(holder["random_state"]) >> _S11) * _TO_UNIT


@kernel
def below(holder: np.void, bound: int) -> int:
    """The next whole number in [0, bound)."""
    return int(uniform(holder) * bound)


def seed_states(seeds: NDArray[np.int64]) -> NDArray[np.uint64]:
    """`[n]` start states of independent streams, one for each seed."""
    z = np.asarray(seeds, np.int64).astype(np.uint64) * GAMMA + np.uint64(1)
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return z ^ (z >> _S31)


@kernel
def exponential(holder: np.void) -> float:
    """The next exponential variate of mean 1."""
    return -np.log(1.0 - uniform(holder))


@kernel
def normal(holder: np.void) -> float:
    """The next standard normal variate (Box and Muller 1958; the second of the pair is dropped)."""
    radius = np.sqrt(2.0 * exponential(holder))
    return radius * np.cos(_TURN * uniform(holder))


@kernel
def pareto(holder: np.void, tail: float) -> float:
    """The next variate of [1, inf) with P(X > x) = x**-tail."""
    return (1.0 - uniform(holder)) ** (-1.0 / tail)
