"""Student's t against printed tables, and the interval's coverage."""

import math

import numpy as np
import pytest

from hft_gym.evaluation.intervals import Interval, mean_interval, t_quantile

# Abramowitz & Stegun table 26.10 with more digits (from the incomplete beta function at 30 digits)
KNOWN = [
    (1, 0.975, 12.706204736174696),
    (2, 0.975, 4.302652729749464),
    (3, 0.975, 3.182446305283709),
    (4, 0.995, 4.604094871349993),
    (5, 0.975, 2.570581835636315),
    (10, 0.995, 3.16927267261695),
    (29, 0.975, 2.0452296421327043),
    (59, 0.975, 2.000995378088259),
    (60, 0.975, 2.000297822014271),
    (100, 0.975, 1.983971518523552),
    (1000, 0.995, 2.580754698065951),
]


@pytest.mark.parametrize(("freedom", "probability", "known"), KNOWN)
def test_t_quantile(freedom, probability, known):
    assert t_quantile(probability, freedom) == pytest.approx(known, rel=2e-9)
    assert t_quantile(1.0 - probability, freedom) == pytest.approx(-known, rel=2e-9)


def test_t_quantile_at_its_edges():
    assert t_quantile(0.5, 3) == pytest.approx(0.0, abs=1e-12)
    assert t_quantile(0.5, 300) == pytest.approx(0.0, abs=1e-12)
    with pytest.raises(ValueError, match="0 < probability < 1"):
        t_quantile(1.0, 3)
    with pytest.raises(ValueError, match="freedom >= 1"):
        t_quantile(0.9, 0)


def test_mean_interval_by_hand():
    # mean 5, standard deviation 2, standard error 1, t(3) = 3.182446
    got = mean_interval([3.0, 5.0, 5.0, 7.0])
    error = math.sqrt(8.0 / 3.0) / 2.0
    assert got.mean == 5.0
    assert got.half_width == pytest.approx(3.182446305283709 * error)
    assert (got.low, got.high) == (got.mean - got.half_width, got.mean + got.half_width)


def test_too_few_observations():
    assert math.isnan(mean_interval([]).mean)
    assert mean_interval([2.0]).mean == 2.0
    assert math.isnan(mean_interval([2.0]).half_width)


def test_overlap():
    assert Interval(0.0, 1.0).overlaps(Interval(1.5, 0.6))
    assert not Interval(0.0, 1.0).overlaps(Interval(1.7, 0.6))
    assert Interval(0.0, math.nan).overlaps(Interval(9.0, 0.1))


def test_covers_the_truth_as_often_as_it_says():
    draws = np.random.default_rng(1).normal(3.0, 2.0, (4_000, 5))
    covered = np.mean([abs(mean_interval(row).mean - 3.0) < mean_interval(row)[1] for row in draws])
    assert abs(covered - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 4_000)
