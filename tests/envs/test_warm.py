"""Asking for memory ahead of time harms nothing at the edges of batch, tape and ladder."""

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MODELS
from tests.envs.samples import random_actions

pytestmark = pytest.mark.slow


def test_at_the_last_rows_of_a_tape_and_in_batches_of_every_small_size(tiny):
    last = min(market.decisions.size for market in tiny.markets) - 1
    actions = random_actions(40, 9)
    outcomes = []
    for size in range(9, 0, -1):
        core = BatchCore(tiny, MODELS, size, episode_decisions=40, autoreset=False)
        windows = np.array([[k % 2, last - 40, last] for k in range(size)])
        core.reset_at(windows)
        steps = [core.step(action) for action in actions[:, :size]]
        rewards = np.stack([step[1] for step in steps])
        assert steps[-1][3].all()
        outcomes.append(rewards)
    for rewards in outcomes:
        assert np.array_equal(rewards, outcomes[0][:, : rewards.shape[1]])
