"""Additive figures of merit, worked out by hand."""

import math

import numpy as np
import pytest

from hft_gym.evaluation import metrics

PNL = [10.0, -4.0, 6.0, 0.0, -12.0, 3.0]  # equity 0 10 6 12 12 0 3


def test_sharpe_uses_ddof_1_and_annualises_by_the_root():
    mean, deviation = np.mean(PNL), np.std(PNL, ddof=1)
    assert metrics.sharpe(PNL) == pytest.approx(mean / deviation)
    assert metrics.sharpe(PNL, 252) == pytest.approx(mean / deviation * math.sqrt(252))


def test_sortino_counts_gains_as_no_loss():
    assert metrics.sortino(PNL) == pytest.approx(0.5 / math.sqrt((16.0 + 144.0) / 6.0))


def test_additive_figures_agree_with_the_published_ones_where_the_formulas_do():
    # without compounding and NaN, Sharpe and Sortino are empyrical's
    daily = np.array([1, 10, -4, 2, 3, 2, 1, -10]) / 100.0
    assert metrics.sharpe(daily, 252) == pytest.approx(1.7238613961706866, rel=1e-12)
    assert metrics.sortino(daily, 252) == pytest.approx(2.605531251673693, rel=1e-12)


def test_max_drawdown_is_an_amount_and_the_start_counts():
    assert metrics.max_drawdown(PNL) == 12.0
    assert metrics.max_drawdown([-5.0, 2.0]) == 5.0
    assert metrics.max_drawdown([1.0, 2.0]) == 0.0
    assert metrics.max_drawdown([]) == 0.0


def test_calmar_hit_rate_and_profit_factor():
    assert metrics.calmar(PNL, 252) == pytest.approx(0.5 * 252 / 12.0)
    assert metrics.hit_rate(PNL) == 3 / 5
    assert metrics.profit_factor(PNL) == 19.0 / 16.0


@pytest.mark.parametrize("pnl", [[], [1.0], [2.0, 2.0], [0.1] * 7])
def test_no_ratio_without_risk(pnl):
    assert math.isnan(metrics.sharpe(pnl))
    assert math.isnan(metrics.sortino(pnl))
    assert math.isnan(metrics.calmar(pnl))
    assert math.isnan(metrics.profit_factor(pnl))


def test_no_hit_rate_without_a_result():
    assert math.isnan(metrics.hit_rate([0.0, 0.0]))
