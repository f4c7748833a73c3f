"""Against a portfolio that traded at once, at the mid, for nothing."""

import math

import pytest

from hft_gym.envs.rewards.implementation_shortfall import ImplementationShortfall
from tests.envs.rewards.episodes import Episode
from tests.naive import rewards as naive

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize("target", [0, 7, -3])
def test_it_equals_its_slow_twin(target):
    episode = Episode(13)
    found = episode.rewards(ImplementationShortfall(target))
    assert found == pytest.approx(naive.shortfall(episode.moments, target))


def test_buying_all_in_one_costs_the_distance_from_the_mid_and_the_fees():
    episode = Episode(14)
    start = episode.mid2 / 2
    model = ImplementationShortfall(4)
    first = episode.step(model, [(1, 1003, 4)])
    assert first == pytest.approx(4 * (start - 1003) - 1.0)
    rest = [episode.step(model, []) for _ in range(20)]
    assert math.fsum(rest) == pytest.approx(0.0)  # from now on both hold the same
