"""Figures of merit of COMPOUNDED returns, a share of the capital a period.

The convention is that of empyrical-reloaded 0.7.1, so that figures can be compared with others'
reports: missing returns (NaN) count as a period but not as an observation. For intraday money use
`hft_gym.evaluation.metrics`.
"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

DAYS_PER_YEAR = 252.0


def compounded_sharpe(returns: ArrayLike, periods_per_year: float = DAYS_PER_YEAR) -> float:
    """Mean over standard deviation (ddof 1) of the `[n]` returns there are, annualised.

    NaN for fewer than two returns or without deviation.
    """
    observed = _observed(returns)
    if len(observed) < 2 or np.ptp(observed) == 0.0:
        return math.nan
    return float(observed.mean() / observed.std(ddof=1) * math.sqrt(periods_per_year))


def compounded_sortino(returns: ArrayLike, periods_per_year: float = DAYS_PER_YEAR) -> float:
    """Mean over downside deviation, all `[n]` returns there are in both, annualised.

    NaN without a loss.
    """
    observed = _observed(returns)
    losses = np.minimum(observed, 0.0)
    if not losses.any():
        return math.nan
    downside = math.sqrt(float(np.mean(losses**2)))
    return float(observed.mean()) / downside * math.sqrt(periods_per_year)


def compounded_max_drawdown(returns: ArrayLike) -> float:
    """Deepest fall, as a share <= 0, of the capital below its highest so far; the start counts."""
    growth = 1.0 + np.nan_to_num(np.asarray(returns, np.float64), nan=0.0)
    capital = np.concatenate([[1.0], np.cumprod(growth)])
    return float(np.min(capital / np.maximum.accumulate(capital)) - 1.0)


def compounded_annual_return(returns: ArrayLike, periods_per_year: float = DAYS_PER_YEAR) -> float:
    """Yearly growth that compounds to the same end over `[n]` periods; NaN for none."""
    growth = 1.0 + np.nan_to_num(np.asarray(returns, np.float64), nan=0.0)
    if len(growth) == 0:
        return math.nan
    return math.pow(float(np.prod(growth)), periods_per_year / len(growth)) - 1.0


def compounded_calmar(returns: ArrayLike, periods_per_year: float = DAYS_PER_YEAR) -> float:
    """Annual return over the size of the deepest fall; NaN without a fall."""
    fall = compounded_max_drawdown(returns)
    if fall == 0.0:
        return math.nan
    return compounded_annual_return(returns, periods_per_year) / -fall


def _observed(returns: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(returns, np.float64)
    return values[~np.isnan(values)]
