"""What Stable-Baselines3 asks of a VecEnv, with real environments behind the adapter."""

import copy
import pickle

import numpy as np
import pytest
from gymnasium.vector import VectorEnv
from stable_baselines3 import PPO, SAC
from stable_baselines3.common.vec_env import (
    VecCheckNan,
    VecFrameStack,
    VecMonitor,
    VecNormalize,
    VecVideoRecorder,
)

from agents.ppo import BatchedPPO
from agents.vec_env import HftVecEnv
from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.rendering.picture import HEIGHT, WIDTH
from hft_gym.errors import ConfigError
from tests.envs.samples import generated_dataset, random_actions

pytestmark = pytest.mark.slow

EPISODE, N = 12, 4


def env_of(num_envs=N, render_mode=None, stagger=False, **options):
    options = {"episode_decisions": EPISODE, **options}
    core = BatchCore(generated_dataset(), MODELS, num_envs, **options)
    return HftVecEnv(core, stagger, render_mode)


def test_it_is_a_vec_env_and_no_vector_env():
    env = env_of()
    assert not isinstance(env, VectorEnv)
    assert env.render_mode is None
    assert env.metadata["render_modes"] == []
    assert np.isfinite(env.observation_space.low).all()
    assert np.isfinite(env.observation_space.high).all()


def test_options_serve_the_next_reset_only():
    env = env_of()
    dataset = env.core.dataset
    day = dataset.markets[1].tape.meta.label
    env.seed(3)
    env.set_options({"day": day, "inventory": 2})
    env.reset()
    assert (env.core.view()["tape"] == 1).all()
    assert (env.core.view()["position_lots"] == 2).all()
    env.set_options([{"inventory": 1}, {}, {"day": day}, {}])
    env.reset()
    assert env.core.view()["position_lots"].tolist() == [1, 0, 0, 0]
    assert env.core.view()["tape"][2] == 1
    env.reset()
    assert (env.core.view()["position_lots"] == 0).all()
    env.set_options({"inventory": 99})
    with pytest.raises(ConfigError, match="beyond max_position_lots"):
        env.reset()
    env.reset()  # the bad ones are forgotten


def test_ends_are_told_apart():
    env = env_of(64, ruin_ticks=0.5)
    env.seed(0)
    env.reset()
    kinds = set()
    for action in random_actions(3 * EPISODE, 64):
        obs, _, dones, infos = env.step(action)
        for k in np.flatnonzero(dones):
            record = env.core.finished[k]
            cut = infos[k]["TimeLimit.truncated"]
            assert cut == (record["reward"] > -0.5)
            assert infos[k]["episode"]["l"] == record["steps"]
            assert env.observation_space.contains(infos[k]["terminal_observation"])
            assert not np.array_equal(infos[k]["terminal_observation"], obs[k])
            kinds.add(cut)
        assert all(infos[k] == {} for k in np.flatnonzero(~dones))
    assert kinds == {True, False}


def test_what_is_handed_out_is_kept():
    env = env_of()
    kept = [env.reset()]
    copies = [kept[0].copy()]
    for action in random_actions(3 * EPISODE, N):
        obs, rewards, dones, infos = env.step(action)
        for array in (obs, rewards, dones, *(i["terminal_observation"] for i in infos if i)):
            kept.append(array)
            copies.append(array.copy())
        rewards_before = env.core.envs["episode"]["reward"].copy()
        rewards += 5.0  # as the bootstrap does
        copies[-3 - sum(bool(i) for i in infos) + 1] = rewards.copy()
        assert (env.core.envs["episode"]["reward"] == rewards_before).all()
    for array, same in zip(kept, copies, strict=True):
        np.testing.assert_array_equal(array, same)


def test_states_and_copies():
    env = env_of(threads=2)
    env.seed(1)
    env.reset()
    actions = random_actions(100, N)
    state = env.get_state()
    twins = [copy.deepcopy(env), pickle.loads(pickle.dumps(env))]
    first = [[a.tobytes() for a in env.step(action)[:3]] for action in actions]
    env.set_state(state)
    for each in (env, *twins):
        assert [[a.tobytes() for a in each.step(action)[:3]] for action in actions] == first
        each.close()
    with pytest.raises(RuntimeError):
        env.step(actions[0])  # its threads are gone


WRAPPERS = {
    "VecNormalize": lambda env: VecNormalize(env),
    "VecFrameStack": lambda env: VecFrameStack(env, 3),
    "VecMonitor": lambda env: VecMonitor(env),
    "VecCheckNan": lambda env: VecCheckNan(env, raise_exception=True),
    "all": lambda env: VecFrameStack(VecNormalize(VecMonitor(env)), 2),
}


@pytest.mark.parametrize("name", WRAPPERS)
def test_wrappers_work_unchanged(name):
    env = WRAPPERS[name](env_of(stagger=True))
    observations = env.reset()
    ends = 0
    for action in random_actions(2 * EPISODE, N):
        assert env.observation_space.contains(observations[0])
        observations, rewards, dones, infos = env.step(action)
        assert np.isfinite(rewards).all()
        for k in np.flatnonzero(dones):
            assert infos[k]["terminal_observation"].shape == env.observation_space.shape
            ends += 1
    assert ends >= N


@pytest.mark.parametrize("algorithm", [PPO, BatchedPPO])
def test_algorithms_learn_on_wrapped_environments(algorithm):
    env = VecNormalize(env_of(8, stagger=True))
    model = algorithm("MlpPolicy", env, n_steps=32, batch_size=128, n_epochs=1, seed=0).learn(512)
    assert model.num_timesteps == 512
    assert len(model.ep_info_buffer) >= 512 // EPISODE - 8


def test_off_policy_algorithms_want_continuous_actions():
    with pytest.raises(AssertionError, match="only supports"):
        SAC("MlpPolicy", env_of())


def test_pictures_of_all_in_one(tmp_path):
    env = env_of(2, "rgb_array")
    assert env.get_attr("render_mode") == ["rgb_array"] * 2
    assert env.metadata["render_fps"] == 10
    env.seed(0)
    env.reset()
    env.step(np.zeros((2, 2), np.int64))
    assert len(env.get_images()) == 2
    assert env.render().size == 2 * HEIGHT * WIDTH * 3
    state = env.get_state()
    env.set_state(state)
    assert env.get_images()[0].shape == (HEIGHT, WIDTH, 3)
    assert env_of(2).get_images() == [None, None]
    env.close()


def test_videos(tmp_path):
    pytest.importorskip("moviepy", reason="moviepy is not installed (extra: video)")
    env = VecVideoRecorder(
        env_of(1, "rgb_array"), str(tmp_path), lambda step: step == 0, video_length=3
    )
    env.reset()
    for _ in range(5):
        env.step(np.zeros((1, 2), np.int64))
    env.close()
    assert [path.suffix for path in tmp_path.iterdir()] == [".mp4"]
