"""An environment in mid-episode, shared by the tests of pictures."""

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.rendering.scene import History
from tests.envs import samples


@pytest.fixture(scope="session")
def played():
    """Two environments 60 decisions into an episode at known places, and their history."""
    core = BatchCore(samples.generated_dataset(), MODELS, 2, episode_decisions=100)
    history = History(core)
    core.reset(np.arange(2))
    history.note()
    core.reset_at(np.array([[0, 20, 120], [1, 30, 130]]))
    history.note()
    for action in np.minimum(samples.random_actions(60, 2, stay=0.9), 2):
        core.step(action)
        history.note()
    return core, history
