"""Gains of the position with the market count in part, its losses in full."""

import pytest

from hft_gym.envs.rewards.dampened_pnl import DampenedPnl
from tests.envs.rewards.episodes import Episode
from tests.naive import rewards as naive

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize("eta", [0.0, 0.6, 1.0])
def test_it_equals_its_slow_twin(eta):
    episode = Episode(5)
    found = episode.rewards(DampenedPnl(eta))
    assert found == pytest.approx(naive.dampened(episode.moments, eta))
    gains = naive.pnl(episode.moments)
    less = [a < b - 1e-9 for a, b in zip(found, gains, strict=True)]
    assert any(less) == (eta > 0)
    assert not all(less)
