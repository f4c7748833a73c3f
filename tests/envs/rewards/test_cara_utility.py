"""Losses hurt more than gains please, and the sum is the utility of the whole."""

import itertools
import math

import pytest

from hft_gym.envs.rewards.cara_utility import CaraUtility, utility
from tests.envs.rewards.episodes import Episode
from tests.naive import rewards as naive

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize("gamma", [1e-6, 0.002, 0.02])
def test_it_equals_its_slow_twin(gamma):
    episode = Episode(4)
    found = episode.rewards(CaraUtility(gamma))
    assert found == pytest.approx(naive.cara(episode.moments, gamma), rel=1e-6, abs=1e-6)
    whole = utility(gamma, float(episode.env["equity_ticks"]))
    assert math.fsum(found) == pytest.approx(whole, rel=1e-6)


def test_it_is_concave_bounded_above_and_finite():
    values = [utility(0.1, w) for w in (-30.0, -20.0, -10.0, 0.0, 10.0, 20.0, 30.0)]
    steps = [b - a for a, b in itertools.pairwise(values)]
    assert values[3] == 0.0
    assert all(a > b > 0 for a, b in itertools.pairwise(steps))
    assert utility(0.1, 1e9) <= 10.0
    assert math.isfinite(utility(0.1, -1e9))
