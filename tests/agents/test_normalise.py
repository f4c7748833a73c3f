import json

import numpy as np
import pytest
from gymnasium import spaces
from stable_baselines3 import SAC
from stable_baselines3.common.running_mean_std import RunningMeanStd
from stable_baselines3.common.vec_env import VecNormalize

from agents.normalise import FusedNormalize, normalised, restore, statistics
from agents.vec_env import HftVecEnv
from hft_gym.errors import InputError
from tests.agents.fake_core import FakeCore


def wrapped(**kwargs):
    return VecNormalize(HftVecEnv(FakeCore(4)), **kwargs)


def test_every_bit_survives_json():
    env, other = wrapped(), wrapped()
    env.reset()
    for _ in range(20):
        env.step(np.zeros((4, 2), np.int64))
    restore(other, json.loads(json.dumps(statistics(env))))
    for name in ("obs_rms", "ret_rms"):
        a, b = getattr(env, name), getattr(other, name)
        assert np.asarray(a.mean).tobytes() == np.asarray(b.mean).tobytes()
        assert np.asarray(a.var).tobytes() == np.asarray(b.var).tobytes()
        assert a.count == b.count


def test_nothing_stays_nothing():
    assert statistics(None) is None
    restore(None, None)


def test_other_features_or_settings_are_refused():
    saved = statistics(wrapped())
    with pytest.raises(InputError, match="normalis"):
        restore(wrapped(norm_reward=False), saved)
    saved["observation"] = {"mean": [0.0], "var": [1.0], "count": 1.0}
    with pytest.raises(InputError, match="1 features"):
        restore(wrapped(), saved)


SETTINGS = [{}, {"norm_reward": False}, {"norm_obs": False}, {"training": False}, {"clip_obs": 0.5}]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_fused_one_is_sb3s_own(settings):
    cores = FakeCore(64, 5), FakeCore(64, 5)
    fused, plain = (
        wrapper(HftVecEnv(core), gamma=0.9, **settings)
        for wrapper, core in zip((FusedNormalize, VecNormalize), cores, strict=True)
    )
    np.testing.assert_allclose(fused.reset(), plain.reset(), rtol=1e-5, atol=1e-5)
    random = np.random.default_rng(0)
    for k in range(17):
        actions = random.integers(0, 3, (64, 2))
        ours, theirs = fused.step(actions), plain.step(actions)
        for a, b in zip(ours[:3], theirs[:3], strict=True):
            assert a.dtype == b.dtype
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
        assert ours[2].all() == (k % 5 == 4)
        for a, b in zip(ours[3], theirs[3], strict=True):
            assert a.keys() == b.keys()
            if a:
                rows = a["terminal_observation"], b["terminal_observation"]
                np.testing.assert_allclose(*rows, rtol=1e-4, atol=1e-5)
        np.testing.assert_array_equal(fused.get_original_obs(), plain.get_original_obs())
        np.testing.assert_array_equal(fused.get_original_reward(), plain.get_original_reward())
    for name in ("obs_rms", "ret_rms"):
        a, b = getattr(fused, name, None), getattr(plain, name, None)
        assert (a is None) == (b is None)
        if a is not None:
            np.testing.assert_allclose(a.mean, b.mean, rtol=1e-4, atol=1e-5)
            np.testing.assert_allclose(a.var, b.var, rtol=1e-4, atol=1e-5)
            assert a.count == b.count


def test_a_large_mean_does_not_swallow_the_variance():
    class Far(FakeCore):
        def _new_obs(self):
            return super()._new_obs() * np.float32(0.01) + np.float32(100.0)

    env = FusedNormalize(HftVecEnv(Far(64)))
    env.observation_space.high[:] = 200.0
    env.reset()
    exact = RunningMeanStd(shape=(3,))
    exact.update(env.get_original_obs().astype(np.float64))
    for _ in range(50):
        env.step(np.zeros((64, 2), np.int64))
        exact.update(env.get_original_obs().astype(np.float64))
    np.testing.assert_allclose(env.obs_rms.mean, exact.mean, rtol=1e-7)
    np.testing.assert_allclose(env.obs_rms.var, exact.var, rtol=1e-3)


def test_other_observations_go_the_plain_way():
    assert type(normalised(HftVecEnv(FakeCore(4)))) is FusedNormalize
    core = FakeCore(4)
    core.observation_space = spaces.Dict({"market": core.observation_space})
    assert type(normalised(HftVecEnv(core))) is VecNormalize


class Noted(FakeCore):
    """Takes continuous actions and keeps what every step showed last."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.action_space = spaces.Box(-1.0, 1.0, (2,), np.float32)
        self.ends, self.paid = [], []

    def step(self, actions):
        obs, rewards, terminated, truncated = super().step(np.where(actions > 0.0, 2, 0))
        self.ends.append(self.final_observations.copy())
        self.paid.append(rewards.copy())
        return obs, rewards, terminated, truncated


@pytest.mark.parametrize("terminate", [False, True])
def test_a_replay_buffer_keeps_what_happened_and_samples_it_normalised(terminate):
    core = Noted(num_envs=4, episode_steps=5, terminate=terminate)
    env = normalised(HftVecEnv(core), gamma=0.9)
    model = SAC("MlpPolicy", env, learning_starts=1000, seed=0).learn(4 * 12)
    kept = model.replay_buffer
    # as the episode went on, or ended; never as the next one begins
    np.testing.assert_allclose(kept.next_observations[:12], core.ends, atol=1e-5)
    np.testing.assert_array_equal(kept.rewards[:12], core.paid)
    ends = np.zeros((12, 4))
    ends[[4, 9]] = 1.0
    np.testing.assert_array_equal(kept.dones[:12], ends)
    np.testing.assert_array_equal(kept.timeouts[:12], ends * (not terminate))
    sample = kept.sample(256, env=env)
    assert sample.rewards.max() == pytest.approx(env.normalize_reward(np.ones(1))[0])
    # beyond a time limit there is a value, beyond an end of the task there is none
    assert sample.dones.any() == terminate
