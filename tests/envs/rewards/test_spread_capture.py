"""What fills earn against the mid before them."""

import pytest

from hft_gym.envs.rewards.spread_capture import SpreadCapture
from tests.envs.rewards.episodes import Episode
from tests.naive import rewards as naive

pytestmark = pytest.mark.kernel


def test_it_equals_its_slow_twin():
    episode = Episode(8)
    found = episode.rewards(SpreadCapture())
    assert found == pytest.approx(naive.spread(episode.moments))
    assert any(found)


def test_the_rest_of_the_profit_is_the_positions():
    episode = Episode(2)
    for _ in range(40):
        spread = episode.step(SpreadCapture())
        env = episode.env
        held = env["trader"]["known_position_lots"] * env["step_mid_ticks"]
        assert env["step_pnl_ticks"] == pytest.approx(spread + held, abs=1e-7)
