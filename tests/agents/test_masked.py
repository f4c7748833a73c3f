"""`MaskablePPO` of sb3-contrib reads the masks of order entry and never does what they forbid."""

import numpy as np
import pytest
from sb3_contrib import MaskablePPO
from sb3_contrib.common.maskable.utils import get_action_masks, is_masking_supported

from agents.vec_env import HftVecEnv
from hft_gym.envs.core import BatchCore
from hft_gym.envs.order_entry import MODELS
from tests.envs.samples import random_dataset

pytestmark = [pytest.mark.kernel, pytest.mark.long]


def test_it_learns_and_keeps_to_the_masks():
    env = HftVecEnv(BatchCore(random_dataset(), MODELS, 4, episode_decisions=20))
    assert is_masking_supported(env)
    model = MaskablePPO(
        "MlpPolicy", env, n_steps=16, batch_size=32, n_epochs=1, seed=0, device="cpu"
    )
    model.learn(64)
    observations = env.reset()
    bounds = np.append(0, np.cumsum(env.action_space.nvec))
    for _ in range(10):
        masks = get_action_masks(env)
        actions, _ = model.predict(observations, action_masks=masks)
        for choice, first in enumerate(bounds[:-1]):
            assert masks[np.arange(4), first + actions[:, choice]].all()
        observations, *_ = env.step(actions)
