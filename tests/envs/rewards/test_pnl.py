"""The change of equity, nothing else."""

import numpy as np
import pytest

from hft_gym.envs.interfaces import step_reward
from hft_gym.envs.records import ENV_DTYPE
from hft_gym.envs.rewards.pnl import Pnl
from tests.envs.rewards.episodes import Episode
from tests.naive import rewards as naive

pytestmark = pytest.mark.kernel


def test_it_is_what_the_step_earned():
    env = np.zeros(1, ENV_DTYPE)[0]
    env["step_pnl_ticks"], env["step_s"] = -1.75, 0.1
    env["trader"]["known_position_lots"] = 10
    assert step_reward(Pnl(), env) == -1.75


def test_it_equals_its_slow_twin():
    episode = Episode(1)
    found = episode.rewards(Pnl())
    assert np.std(found) > 1
    assert found == pytest.approx(naive.pnl(episode.moments))
