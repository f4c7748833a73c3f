"""The simulation of Avellaneda & Stoikov (2008), section 3.3, over the rule's own formulas."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.strategies.avellaneda_stoikov import optimal_spread, reservation_price

START, END, SIGMA, STEP, K, A = 100.0, 1.0, 2.0, 0.005, 1.5, 140.0


class Outcome(NamedTuple):
    """`[paths]` profit and final inventory."""

    profit: NDArray[np.float64]
    position: NDArray[np.float64]


def linear(intensity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill probability of one step as the paper has it: lambda dt, at most 1."""
    return np.minimum(intensity * STEP, 1.0)


def exponential(intensity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability of at least one arrival of a Poisson process in one step."""
    return -np.expm1(-intensity * STEP)


def simulate(
    gamma: float,
    skewed: bool,
    paths: int,
    seed: int,
    fill_probability: Callable[[NDArray[np.float64]], NDArray[np.float64]] = linear,
) -> Outcome:
    """Run `paths` markets; `skewed` quotes round the reservation price, else round the mid."""
    random = np.random.default_rng(seed)
    mid = np.full(paths, START)
    cash, position = np.zeros(paths), np.zeros(paths)
    steps = round(END / STEP)
    left = END - np.arange(steps) * STEP
    average_spread = float(optimal_spread(gamma, SIGMA, K, left).mean())
    for step in range(steps):
        centre, spread = mid, average_spread
        if skewed:
            centre = reservation_price(mid, position, gamma, SIGMA, left[step])
            spread = float(optimal_spread(gamma, SIGMA, K, left[step]))
        bought = np.zeros(paths)
        for side in (+1, -1):
            px = centre - side * spread / 2.0
            depth = side * (mid - px)
            filled = random.random(paths) < fill_probability(A * np.exp(-K * depth))
            cash -= side * filled * px
            bought += side * filled
        position = position + bought
        mid = mid + SIGMA * np.sqrt(STEP) * random.choice([-1.0, 1.0], paths)
    return Outcome(cash + position * mid, position)
