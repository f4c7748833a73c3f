"""Falling deeper than ever costs, once."""

import math

import pytest

from hft_gym.envs.rewards.drawdown_penalty import DrawdownPenalty
from tests.envs.rewards.episodes import Episode
from tests.naive import rewards as naive

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize("prices", [(0.5, 0.0), (0.0, 0.1), (2.0, 0.3)])
def test_it_equals_its_slow_twin(prices):
    episode = Episode(11)
    found = episode.rewards(DrawdownPenalty(*prices))
    assert found == pytest.approx(naive.drawdown(episode.moments, *prices))


def test_it_adds_up_to_profit_less_the_deepest_drawdown():
    episode = Episode(12)
    total = math.fsum(episode.rewards(DrawdownPenalty(0.7)))
    deepest = episode.env["episode"]["max_drawdown_ticks"]
    assert deepest > 0
    assert total == pytest.approx(episode.env["equity_ticks"] - 0.7 * deepest)
