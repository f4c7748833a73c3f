"""Rings of the latest numbers in a feature's state: a counter, then the places.

A ring of `size` numbers that begins at `first` takes `size + 1` floats. The counter grows to
`2 * size - 1` and then falls back to `size`: it tells how many numbers there are, up to `size`, and
where the next one goes, without a division.
"""

import math

from hft_gym.features.interfaces import State
from hft_gym.kernel.jit import kernel


@kernel
def push(state: State, first: int, size: int, value: float) -> None:
    """Add a number; the oldest goes when the ring is full."""
    counter = int(state[first])
    state[first + 1 + (counter if counter < size else counter - size)] = value
    state[first] = counter + 1 if counter + 1 < 2 * size else size


@kernel
def held(state: State, first: int, size: int) -> int:
    """How many numbers the ring holds."""
    return min(size, int(state[first]))


@kernel
def latest(state: State, first: int, size: int, back: int) -> float:
    """The latest number (`back` 0), or the one so many before it, of those that are held."""
    place = int(state[first]) - 1 - back
    return float(state[first + 1 + (place if place < size else place - size)])


@kernel
def mean_and_std(state: State, first: int, size: int, count: int) -> tuple[float, float]:
    """Mean and standard deviation (ddof 0) of the latest `count` numbers, of those held."""
    mean = 0.0
    for back in range(count):
        mean += latest(state, first, size, back)
    mean /= count
    squares = 0.0
    for back in range(count):
        squares += (latest(state, first, size, back) - mean) ** 2
    return mean, math.sqrt(squares / count)


@kernel
def regression_slope(state: State, first_x: int, first_y: int, size: int) -> float:
    """Least-squares slope of one ring's numbers on another's; 0 where x does not vary."""
    count = held(state, first_x, size)
    if count < 2:
        return 0.0
    mean_x, std_x = mean_and_std(state, first_x, size, count)
    mean_y, _ = mean_and_std(state, first_y, size, count)
    if std_x == 0.0:
        return 0.0
    total = 0.0
    for back in range(count):
        x, y = latest(state, first_x, size, back), latest(state, first_y, size, back)
        total += (x - mean_x) * (y - mean_y)
    return total / (count * std_x * std_x)
