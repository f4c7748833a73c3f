"""Gymnasium's own wrappers on the environments, unchanged."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import wrappers
from gymnasium.wrappers import vector

from hft_gym.envs.market_making import MarketMakingEnv, MarketMakingVectorEnv
from hft_gym.envs.records import EPISODE_DTYPE
from tests.envs.samples import random_actions

pytestmark = pytest.mark.slow

EPISODE = 12
NAME = "hft_gym/MarketMaking-v0"
ONE = {
    "NormalizeObservation": wrappers.NormalizeObservation,
    "NormalizeReward": wrappers.NormalizeReward,
    "FrameStackObservation": lambda env: wrappers.FrameStackObservation(env, 4),
    "DelayObservation": lambda env: wrappers.DelayObservation(env, 2),
    "FlattenObservation": wrappers.FlattenObservation,
    "TimeAwareObservation": lambda env: wrappers.TimeAwareObservation(wrappers.TimeLimit(env, 9)),
    "DtypeObservation": lambda env: wrappers.DtypeObservation(env, np.float64),
    "RescaleObservation": lambda env: wrappers.RescaleObservation(env, -1.0, 1.0),
    "ClipReward": lambda env: wrappers.ClipReward(env, -1.0, 1.0),
    "TransformReward": lambda env: wrappers.TransformReward(env, lambda reward: 2 * reward),
    "StickyAction": lambda env: wrappers.StickyAction(env, 0.3),
    "MaxAndSkipObservation": lambda env: wrappers.MaxAndSkipObservation(env, 2),
    "RecordEpisodeStatistics": wrappers.RecordEpisodeStatistics,
    "Autoreset": wrappers.Autoreset,
    "TimeLimit": lambda env: wrappers.TimeLimit(env, 5),
    "OrderEnforcing": wrappers.OrderEnforcing,
    "PassiveEnvChecker": wrappers.PassiveEnvChecker,
}
MANY = {
    "NormalizeObservation": vector.NormalizeObservation,
    "NormalizeReward": vector.NormalizeReward,
    "ClipReward": lambda envs: vector.ClipReward(envs, -1.0, 1.0),
    "FlattenObservation": vector.FlattenObservation,
    "DtypeObservation": lambda envs: vector.DtypeObservation(envs, np.float64),
    "RescaleObservation": lambda envs: vector.RescaleObservation(envs, -1.0, 1.0),
    "RecordEpisodeStatistics": vector.RecordEpisodeStatistics,
    "DictInfoToList": vector.DictInfoToList,
}


@pytest.mark.filterwarnings("ignore:.*(precision lowered|overflow encountered)")  # their own casts
@pytest.mark.parametrize("name", ONE)
def test_wrappers_of_one_environment(dataset, name):
    env = ONE[name](MarketMakingEnv(dataset, episode_decisions=EPISODE))
    observation, _ = env.reset(seed=1)
    ends = 0
    for _ in range(3 * EPISODE):
        assert env.observation_space.contains(observation)
        observation, reward, terminated, truncated, _ = env.step(env.action_space.sample())
        assert np.isfinite(reward)
        if (terminated or truncated) and name != "Autoreset":
            ends += 1
            observation, _ = env.reset()
    assert ends >= 2 or name == "Autoreset"
    env.close()


@pytest.mark.filterwarnings("ignore:.*(precision lowered|overflow encountered)")
@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
@pytest.mark.parametrize("name", MANY)
def test_wrappers_of_a_batch(dataset, name, mode):
    envs = MarketMakingVectorEnv(3, dataset, autoreset_mode=mode, episode_decisions=EPISODE)
    if name.endswith("Observation") and mode == "SameStep":
        with pytest.raises(ValueError, match="NEXT_STEP"):  # Gymnasium's own limit
            MANY[name](envs)
        return
    envs = MANY[name](envs)
    observations, _ = envs.reset(seed=1)
    for action in random_actions(3 * EPISODE, 3):
        assert envs.observation_space.contains(observations)
        observations, rewards, terminated, truncated, _ = envs.step(action)
        assert np.isfinite(np.asarray(rewards)).all()
        assert len(terminated) == len(truncated) == 3
    envs.close()


def test_statistics_of_one_environment_equal_its_own(dataset):
    env = wrappers.RecordEpisodeStatistics(MarketMakingEnv(dataset, episode_decisions=EPISODE))
    env.reset(seed=0)
    for action in random_actions(EPISODE, 1)[:, 0]:
        *_, info = env.step(action)
    assert info["episode"]["r"] == pytest.approx(info["trading"]["reward"], abs=1e-4)
    assert info["episode"]["l"] == info["trading"]["steps"] == EPISODE


def test_frames_are_stacked_in_order(dataset):
    env = wrappers.FrameStackObservation(MarketMakingEnv(dataset, episode_decisions=EPISODE), 3)
    bare = MarketMakingEnv(dataset, episode_decisions=EPISODE)
    env.reset(seed=0)
    seen = [bare.reset(seed=0)[0]]
    for action in random_actions(4, 1)[:, 0]:
        stacked, *_ = env.step(action)
        seen.append(bare.step(action)[0])
    assert np.array_equal(stacked, np.stack(seen[-3:]))


def test_a_list_of_infos_has_the_ends(dataset):
    envs = vector.DictInfoToList(
        MarketMakingVectorEnv(3, dataset, autoreset_mode="SameStep", episode_decisions=EPISODE)
    )
    envs.reset(seed=0)
    for action in random_actions(5, 3):
        *_, infos = envs.step(action)
        assert infos == [{}, {}, {}]
    envs.unwrapped.reset(options={"reset_mask": np.array([True, False, False])})
    for action in random_actions(EPISODE - 5, 3):
        *_, infos = envs.step(action)
    assert infos[0] == {}
    for info in infos[1:]:
        assert info["final_obs"].shape == envs.single_observation_space.shape
        assert set(info["final_info"]["trading"]) == set(EPISODE_DTYPE.names)
        assert info["final_info"]["trading"]["steps"] == EPISODE


@pytest.mark.parametrize("mode", ["SameStep", "NextStep", "Disabled"])
def test_a_batch_ends_as_gymnasiums_own_batches_do(dataset, mode):
    kwargs = {"data": dataset, "episode_decisions": EPISODE}
    mode = gym.vector.AutoresetMode(mode)
    theirs = gym.make_vec(
        NAME, 3, vectorization_mode="sync", vector_kwargs={"autoreset_mode": mode}, **kwargs
    )
    ours = MarketMakingVectorEnv(3, dataset, autoreset_mode=mode, episode_decisions=EPISODE)
    assert np.array_equal(theirs.reset(seed=3)[0], ours.reset(seed=3)[0])
    for step, action in enumerate(random_actions(3 * EPISODE, 3)):
        one, two = theirs.step(action), ours.step(action)
        for name, here, there in zip("orTu", one, two, strict=False):
            assert np.allclose(here, there), (step, name)
        assert set(one[4]) == set(two[4])
        if "final_obs" in one[4]:
            assert np.array_equal(np.stack(one[4]["final_obs"]), np.stack(two[4]["final_obs"]))
            assert one[4]["_final_info"].tolist() == two[4]["_final_info"].tolist()
            mine, yours = (info[4]["final_info"]["trading"] for info in (two, one))
            assert set(mine) == set(yours)
            for name in EPISODE_DTYPE.names:
                assert np.allclose(mine[name], yours[name]), name
        if mode is gym.vector.AutoresetMode.DISABLED and one[3].any():
            options = [{"reset_mask": one[2] | one[3]} for _ in range(2)]
            assert np.array_equal(
                theirs.reset(options=options[0])[0], ours.reset(options=options[1])[0]
            )
    theirs.close()
