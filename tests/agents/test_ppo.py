import numpy as np
import pytest
from stable_baselines3 import PPO
from stable_baselines3.common.vec_env import VecNormalize

from agents.ppo import BatchedPPO
from agents.vec_env import HftVecEnv
from tests.agents.fake_core import FakeCore


def trained(algorithm, wrap, terminate=False):
    env = wrap(HftVecEnv(FakeCore(16, episode_steps=3, terminate=terminate)))
    model = algorithm("MlpPolicy", env, n_steps=8, batch_size=64, n_epochs=2, seed=3)
    return model.learn(2 * 8 * 16)


@pytest.mark.parametrize("terminate", [False, True])
@pytest.mark.parametrize("wrap", [lambda env: env, VecNormalize])
def test_it_is_sb3s_own_ppo(wrap, terminate):
    ours, theirs = (trained(a, wrap, terminate) for a in (BatchedPPO, PPO))
    np.testing.assert_allclose(
        ours.rollout_buffer.returns, theirs.rollout_buffer.returns, rtol=1e-4, atol=1e-5
    )
    for name, tensor in ours.policy.state_dict().items():
        np.testing.assert_allclose(
            tensor.numpy(), theirs.policy.state_dict()[name].numpy(), rtol=1e-3, atol=1e-5
        )


def test_it_learns_the_toy():
    env = HftVecEnv(FakeCore(64))
    model = BatchedPPO(
        "MlpPolicy", env, n_steps=16, batch_size=512, learning_rate=3e-3, seed=0
    ).learn(40_000)
    episodes = env.take_finished()
    assert episodes["reward"][:200].mean() < 2.5
    assert episodes["reward"][-200:].mean() > 4.0
    assert model.num_timesteps >= 40_000
