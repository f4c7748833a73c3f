"""Compounded figures of merit against empyrical-reloaded 0.7.1."""

import math

import pytest

from hft_gym.evaluation import returns

# published daily returns in per cent, the first one missing
DAILY = [value / 100.0 for value in (math.nan, 1, 10, -4, 2, 3, 2, 1, -10)]


def test_published_figures():
    assert returns.compounded_sharpe(DAILY) == pytest.approx(1.7238613961706866, rel=1e-13)
    assert returns.compounded_sortino(DAILY) == pytest.approx(2.605531251673693, rel=1e-13)
    assert returns.compounded_max_drawdown(DAILY) == pytest.approx(-0.1, rel=1e-13)
    assert returns.compounded_calmar(DAILY) == pytest.approx(19.135925373194233, rel=1e-11)


def test_the_start_counts_in_the_drawdown():
    assert returns.compounded_max_drawdown([-0.5, 0.5]) == pytest.approx(-0.5)


def test_annual_return_compounds():
    assert returns.compounded_annual_return([0.01] * 2, 4) == pytest.approx(1.01**4 - 1)
    assert math.isnan(returns.compounded_annual_return([]))


def test_no_ratio_without_risk():
    flat = [0.01, 0.01, 0.01]
    assert math.isnan(returns.compounded_sharpe(flat))
    assert math.isnan(returns.compounded_sortino(flat))
    assert math.isnan(returns.compounded_calmar(flat))
    assert math.isnan(returns.compounded_sharpe([0.01, math.nan]))
