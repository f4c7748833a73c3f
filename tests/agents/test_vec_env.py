import numpy as np
import pytest
from stable_baselines3 import A2C, PPO
from stable_baselines3.common.vec_env import VecMonitor, VecNormalize

from agents.vec_env import HftVecEnv
from tests.agents.fake_core import FakeCore


def step(env, n):
    return env.step(np.zeros((n, 2), np.int64))


def test_seeds_serve_the_next_reset_only():
    env = HftVecEnv(FakeCore(4))
    env.seed(7)
    first = env.reset()
    env.reset()
    assert env.core.seeds_seen[0].tolist() == [7, 8, 9, 10]
    assert env.core.seeds_seen[1] is None
    env.seed(7)
    np.testing.assert_array_equal(env.reset(), first)


def test_done_slots_tell_how_they_ended_and_live_slots_say_nothing():
    env = HftVecEnv(FakeCore(4, episode_steps=2))
    env.reset()
    _, _, dones, infos = step(env, 4)
    assert not dones.any()
    assert infos == [{}] * 4
    obs, _, dones, infos = step(env, 4)
    assert dones.all()
    for i, info in enumerate(infos):
        assert info["TimeLimit.truncated"] is True
        assert info["episode"]["l"] == 2
        np.testing.assert_array_equal(info["terminal_observation"], env.core.final_observations[i])
        assert not np.array_equal(info["terminal_observation"], obs[i])
    assert len({id(info) for info in infos}) == 4


def test_a_terminated_episode_is_not_called_truncated():
    env = HftVecEnv(FakeCore(2, episode_steps=1, terminate=True))
    env.reset()
    _, _, dones, infos = step(env, 2)
    assert dones.all()
    assert [info["TimeLimit.truncated"] for info in infos] == [False, False]


def test_arrays_are_the_callers_to_keep():
    env = HftVecEnv(FakeCore(3, episode_steps=2))
    kept = [env.reset()]
    copies = [kept[0].copy()]
    for _ in range(6):
        obs, rewards, dones, infos = step(env, 3)
        for array in (obs, rewards, dones, *(i["terminal_observation"] for i in infos if i)):
            kept.append(array)
            copies.append(array.copy())
    for array, copy in zip(kept, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_attributes_are_shared_and_unknown_ones_are_errors():
    env = HftVecEnv(FakeCore(3))
    assert env.render_mode is None
    assert env.get_attr("render_mode", [0, 2]) == [None, None]
    assert env.get_attr("episode_steps") == [5, 5, 5]
    assert env.get_attr("episode_steps", 1) == [5]
    env.set_attr("episode_steps", 9)
    assert env.core.episode_steps == 9
    with pytest.raises(ValueError, match="share"):
        env.set_attr("episode_steps", 1, indices=0)
    with pytest.raises(AttributeError):
        env.get_attr("no_such_thing")
    assert not env.has_attr("no_such_thing")
    assert env.env_is_wrapped(VecMonitor, indices=[0]) == [False]
    assert env.env_method("_new_obs", indices=[0, 1])[1].shape == (3, 3)


def test_finished_episodes_are_handed_over_once():
    env = HftVecEnv(FakeCore(3, episode_steps=2))
    env.reset()
    assert env.take_finished() is None
    for _ in range(4):
        step(env, 3)
    assert len(env.take_finished()) == 6
    assert env.take_finished() is None


@pytest.mark.parametrize("wrap", [lambda env: env, VecMonitor, VecNormalize])
@pytest.mark.parametrize("algorithm", [PPO, A2C])
def test_sb3_learns_on_it(algorithm, wrap):
    env = wrap(HftVecEnv(FakeCore(8)))
    model = algorithm("MlpPolicy", env, n_steps=8, seed=0).learn(256)
    assert model.num_timesteps >= 256
    assert model.ep_info_buffer[0]["l"] == 5
