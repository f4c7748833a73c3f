"""Figures of merit of ADDITIVE profit: so much money (or ticks) a period, never compounded.

That is the convention of intraday trading, where the position is flat between periods and the
stake does not grow with the profit. `hft_gym.evaluation.returns` holds the compounded convention.
Annualising is the caller's choice: `periods_per_year` = 1 leaves a figure per period.
"""

import math

import numpy as np
from numpy.typing import ArrayLike


def sharpe(pnl: ArrayLike, periods_per_year: float = 1.0) -> float:
    """Mean over standard deviation (ddof 1) of `[n]` profits, times sqrt(periods_per_year).

    NaN for fewer than two profits, or where all are equal: without risk there is no ratio.
    """
    profit = np.asarray(pnl, np.float64)
    if len(profit) < 2 or np.ptp(profit) == 0.0:
        return math.nan
    return float(profit.mean() / profit.std(ddof=1) * math.sqrt(periods_per_year))


def sortino(pnl: ArrayLike, periods_per_year: float = 1.0) -> float:
    """Mean over downside deviation of `[n]` profits, times sqrt(periods_per_year).

    The downside is the root of the mean square of the losses over ALL periods, gains as zeros.
    NaN without a loss.
    """
    profit = np.asarray(pnl, np.float64)
    losses = np.minimum(profit, 0.0)
    if not losses.any():
        return math.nan
    downside = math.sqrt(float(np.mean(losses**2)))
    return float(profit.mean()) / downside * math.sqrt(periods_per_year)


def max_drawdown(pnl: ArrayLike) -> float:
    """Deepest fall, as an amount >= 0, of the sum of `[n]` profits below its highest so far.

    The start, with a sum of 0, counts as a high.
    """
    equity = np.concatenate([[0.0], np.cumsum(np.asarray(pnl, np.float64))])
    return float(np.max(np.maximum.accumulate(equity) - equity))


def calmar(pnl: ArrayLike, periods_per_year: float = 1.0) -> float:
    """Mean of `[n]` profits, times periods_per_year, over their `max_drawdown`; NaN without one."""
    fall = max_drawdown(pnl)
    if fall == 0.0:
        return math.nan
    return float(np.mean(np.asarray(pnl, np.float64))) * periods_per_year / fall


def hit_rate(pnl: ArrayLike) -> float:
    """Share of gains among the profits that are not zero; NaN where all are."""
    profit = np.asarray(pnl, np.float64)
    gains, losses = int((profit > 0).sum()), int((profit < 0).sum())
    return gains / (gains + losses) if gains + losses else math.nan


def profit_factor(pnl: ArrayLike) -> float:
    """Sum of the gains over the sum of the losses; NaN without a loss."""
    profit = np.asarray(pnl, np.float64)
    losses = -float(profit[profit < 0].sum())
    return float(profit[profit > 0].sum()) / losses if losses else math.nan
