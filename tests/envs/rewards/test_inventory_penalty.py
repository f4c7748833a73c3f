"""What holding costs: the square of the position or its size, by the second."""

import numpy as np
import pytest

from hft_gym.envs.interfaces import step_reward
from hft_gym.envs.records import ENV_DTYPE
from hft_gym.envs.rewards.inventory_penalty import InventoryPenalty
from tests.envs.rewards.episodes import Episode
from tests.naive import rewards as naive

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize(("position", "penalty"), [(0, 0.0), (1, 0.01), (-2, 0.04), (10, 1.0)])
def test_it_grows_with_the_square(position, penalty):
    env = np.zeros(1, ENV_DTYPE)[0]
    env["step_pnl_ticks"], env["step_s"] = 2.0, 0.5
    env["trader"]["position_lots"] = 99  # what we don't know of costs nothing yet
    env["trader"]["known_position_lots"] = position
    assert step_reward(InventoryPenalty(0.02), env) == pytest.approx(2.0 - penalty)
    env["step_s"] = 1.0
    assert step_reward(InventoryPenalty(0.02), env) == pytest.approx(2.0 - 2 * penalty)


@pytest.mark.parametrize("prices", [(0.02, 0.0), (0.0, 0.3), (0.1, 0.2)])
def test_it_equals_its_slow_twin(prices):
    episode = Episode(3)
    found = episode.rewards(InventoryPenalty(*prices))
    assert found == pytest.approx(naive.inventory_penalty(episode.moments, *prices))
