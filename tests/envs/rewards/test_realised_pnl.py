"""Only closed lots count, at average cost."""

import pytest

from hft_gym.envs.rewards.realised_pnl import RealisedPnl
from hft_gym.market.account import known_cost_ticks
from tests.envs.rewards.episodes import Episode
from tests.naive import rewards as naive

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize("seed", range(4))
def test_it_equals_its_slow_twin(seed):
    episode = Episode(seed)
    found = episode.rewards(RealisedPnl())
    assert found == pytest.approx(naive.realised(episode.moments), abs=1e-7)


def test_an_open_position_is_worth_nothing_yet():
    episode = Episode(0)
    assert episode.step(RealisedPnl(), [(1, 1000, 2)]) == -0.5  # the fees
    assert episode.step(RealisedPnl(), []) == 0.0
    assert known_cost_ticks(episode.env["trader"]) == 2000
    assert episode.step(RealisedPnl(), [(-1, 1004, 1)]) == 4 - 0.25
    assert episode.step(RealisedPnl(), [(-1, 990, 3)]) == -10 - 0.75
    assert known_cost_ticks(episode.env["trader"]) == -2 * 990


def test_what_is_realised_and_what_is_not_make_the_profit():
    episode = Episode(9)
    total = 0.0
    for _ in range(80):
        total += episode.step(RealisedPnl())
        trader = episode.env["trader"]
        value = 0.5 * trader["known_position_lots"] * episode.mid2
        open_gain = value - known_cost_ticks(trader)
        assert total + open_gain == pytest.approx(episode.env["equity_ticks"], abs=1e-6)
