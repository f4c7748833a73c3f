"""Volatility and jumps from the log returns of bars.

Sums over the last `bars` returns r of bars of `bar_s`; as a volatility, their roots in units of
`scale_bps` (1e-4). Until there are returns enough, the value is 0.
"""

import math
from typing import NamedTuple

import numpy as np

from hft_gym.features.closes import log_return
from hft_gym.features.interfaces import Ladder, Needs, State, market_value, on_bar
from hft_gym.features.rings import held, latest, push
from hft_gym.features.touch import mid_ticks
from hft_gym.kernel.jit import kernel

# A ring of returns at 3; at 0 the result, at 1 the last close, at 2 whether there is one.
RING = 3
MIN_FACTOR = math.pi / (math.pi - 2.0)
MEDIAN_FACTOR = math.pi / (6.0 - 4.0 * math.sqrt(3.0) + math.pi)


@kernel
def add_return(state: State, bars: int, close_ticks: float) -> bool:
    """Add the return of the bar that ends; whether the ring is full."""
    if state[2] > 0.0:
        push(state, RING, bars, log_return(close_ticks, state[1]))
    state[1], state[2] = close_ticks, 1.0
    return held(state, RING, bars) == bars


@kernel
def realized_variance(state: State, bars: int) -> float:
    """Sum of r^2."""
    total = 0.0
    for back in range(bars):
        total += latest(state, RING, bars, back) ** 2
    return total


@kernel
def bipower_variation(state: State, bars: int) -> float:
    """Half of pi x the sum of |r| x |r before|; Barndorff-Nielsen, Shephard (2004), JFEC 2(1)."""
    total = 0.0
    for back in range(bars - 1):
        total += abs(latest(state, RING, bars, back) * latest(state, RING, bars, back + 1))
    return 0.5 * math.pi * total


@kernel
def min_variance(state: State, bars: int) -> float:
    """MinRV of Andersen, Dobrev and Schaumburg (2012), Journal of Econometrics 169(1)."""
    total = 0.0
    for back in range(bars - 1):
        smaller = min(
            abs(latest(state, RING, bars, back)), abs(latest(state, RING, bars, back + 1))
        )
        total += smaller * smaller
    return MIN_FACTOR * bars / (bars - 1) * total


@kernel
def median_variance(state: State, bars: int) -> float:
    """MedRV of Andersen, Dobrev and Schaumburg (2012), Journal of Econometrics 169(1)."""
    total = 0.0
    for back in range(bars - 2):
        a = abs(latest(state, RING, bars, back))
        b = abs(latest(state, RING, bars, back + 1))
        c = abs(latest(state, RING, bars, back + 2))
        middle = max(min(a, b), min(max(a, b), c))
        total += middle * middle
    return MEDIAN_FACTOR * bars / (bars - 2) * total


class RealizedVolatility(NamedTuple):
    """Root of the sum of squared returns."""

    bars: int = 60
    bar_s: float = 1.0
    scale_bps: float = 5.0

    def needs(self) -> Needs:
        """A ring of returns."""
        return Needs(RING + 1 + self.bars, self.bar_s)


@on_bar.implement(RealizedVolatility)
def _realized_on_bar(
    feature: RealizedVolatility, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    if add_return(state, feature.bars, mid_ticks(view)):
        state[0] = math.sqrt(realized_variance(state, feature.bars))


@market_value.implement(RealizedVolatility)
def _realized_value(
    feature: RealizedVolatility, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return 1e4 * state[0] / feature.scale_bps


class BipowerVolatility(NamedTuple):
    """Root of the bipower variation, which jumps do not reach; `bars` at least 2."""

    bars: int = 60
    bar_s: float = 1.0
    scale_bps: float = 5.0

    def needs(self) -> Needs:
        """A ring of returns."""
        return Needs(RING + 1 + self.bars, self.bar_s)


@on_bar.implement(BipowerVolatility)
def _bipower_on_bar(
    feature: BipowerVolatility, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    if add_return(state, feature.bars, mid_ticks(view)):
        state[0] = math.sqrt(bipower_variation(state, feature.bars))


@market_value.implement(BipowerVolatility)
def _bipower_value(
    feature: BipowerVolatility, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return 1e4 * state[0] / feature.scale_bps


class MinVolatility(NamedTuple):
    """Root of MinRV, of the smaller of two neighbouring returns; `bars` at least 2."""

    bars: int = 60
    bar_s: float = 1.0
    scale_bps: float = 5.0

    def needs(self) -> Needs:
        """A ring of returns."""
        return Needs(RING + 1 + self.bars, self.bar_s)


@on_bar.implement(MinVolatility)
def _min_on_bar(
    feature: MinVolatility, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    if add_return(state, feature.bars, mid_ticks(view)) and feature.bars > 1:
        state[0] = math.sqrt(min_variance(state, feature.bars))


@market_value.implement(MinVolatility)
def _min_value(
    feature: MinVolatility, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return 1e4 * state[0] / feature.scale_bps


class MedianVolatility(NamedTuple):
    """Root of MedRV, of the median of three neighbouring returns; `bars` at least 3."""

    bars: int = 60
    bar_s: float = 1.0
    scale_bps: float = 5.0

    def needs(self) -> Needs:
        """A ring of returns."""
        return Needs(RING + 1 + self.bars, self.bar_s)


@on_bar.implement(MedianVolatility)
def _median_on_bar(
    feature: MedianVolatility, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    if add_return(state, feature.bars, mid_ticks(view)) and feature.bars > 2:
        state[0] = math.sqrt(median_variance(state, feature.bars))


@market_value.implement(MedianVolatility)
def _median_value(
    feature: MedianVolatility, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return 1e4 * state[0] / feature.scale_bps


class JumpShare(NamedTuple):
    """What part of the realised variance is jumps: 1 - bipower / realised, at least 0."""

    bars: int = 60
    bar_s: float = 1.0

    def needs(self) -> Needs:
        """A ring of returns."""
        return Needs(RING + 1 + self.bars, self.bar_s)


@on_bar.implement(JumpShare)
def _jump_on_bar(
    feature: JumpShare, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    if add_return(state, feature.bars, mid_ticks(view)):
        variance = realized_variance(state, feature.bars)
        smooth = bipower_variation(state, feature.bars)
        state[0] = max(0.0, 1.0 - smooth / variance) if variance > 0.0 else 0.0


@market_value.implement(JumpShare)
def _jump_value(
    feature: JumpShare, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return state[0]
