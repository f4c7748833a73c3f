"""Means with confidence intervals, by Student's t without SciPy."""

import math
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

_LARGE_FREEDOM = 60  # from here on the expansion is good to 1e-8


class Interval(NamedTuple):
    """A mean and its confidence interval.

    Attributes:
        mean: NaN for no observations.
        half_width: the interval is mean -+ half_width; NaN for fewer than two observations.
    """

    mean: float
    half_width: float

    @property
    def low(self) -> float:
        """Lower end."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """Upper end."""
        return self.mean + self.half_width

    def overlaps(self, other: "Interval") -> bool:
        """Whether the two intervals share a point; undecided (NaN) counts as shared."""
        return not (self.low > other.high or other.low > self.high)


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> Interval:
    """Mean of `[n]` independent observations and its interval by Student's t."""
    observed = np.asarray(values, np.float64)
    if len(observed) == 0:
        return Interval(math.nan, math.nan)
    mean = float(observed.mean())
    if len(observed) == 1:
        return Interval(mean, math.nan)
    error = float(observed.std(ddof=1)) / math.sqrt(len(observed))
    return Interval(mean, t_quantile(0.5 + confidence / 2.0, len(observed) - 1) * error)


def t_quantile(probability: float, freedom: int) -> float:
    """Quantile of Student's t with `freedom` >= 1 degrees of freedom.

    Few degrees: the distribution's closed form (Abramowitz & Stegun 26.7.3-4) by bisection. Many:
    the Cornish-Fisher expansion about the normal quantile (26.7.5).

    Raises:
        ValueError: `probability` is not inside (0, 1), or `freedom` is below 1.
    """
    if not 0.0 < probability < 1.0 or freedom < 1:
        raise ValueError("needs 0 < probability < 1 and freedom >= 1")
    if probability < 0.5:
        return -t_quantile(1.0 - probability, freedom)
    if freedom >= _LARGE_FREEDOM:
        return _expanded(NormalDist().inv_cdf(probability), freedom)
    low, high = 0.0, math.pi / 2.0  # of the angle whose tangent is t / sqrt(freedom)
    while True:
        middle = (low + high) / 2.0
        if middle in (low, high):
            return math.sqrt(freedom) * math.tan(middle)
        if _central_probability(middle, freedom) < 2.0 * probability - 1.0:
            low = middle
        else:
            high = middle


def _central_probability(angle: float, freedom: int) -> float:
    """P(|T| < t) for t = sqrt(freedom) tan(angle)."""
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for power in range(2 + odd, freedom - 1, 2):
        term *= cosine * cosine * (power - 1) / power
        total += term
    return 2.0 / math.pi * (angle + sine * total) if odd else sine * total


def _expanded(z: float, freedom: int) -> float:
    n = float(freedom)
    g1 = (z**3 + z) / 4.0
    g2 = (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / 96.0
    g3 = (3.0 * z**7 + 19.0 * z**5 + 17.0 * z**3 - 15.0 * z) / 384.0
    g4 = (79.0 * z**9 + 776.0 * z**7 + 1482.0 * z**5 - 1920.0 * z**3 - 945.0 * z) / 92160.0
    return z + g1 / n + g2 / n**2 + g3 / n**3 + g4 / n**4
