"""The faces of Gymnasium and Stable-Baselines3, clause by clause."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from gymnasium.wrappers.vector import NormalizeObservation, RecordEpisodeStatistics
from stable_baselines3.common.env_checker import check_env as check_env_of_sb3

import hft_gym
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.faces import episode_summary, make_core
from hft_gym.envs.market_making import (
    MarketMakingEnv,
    MarketMakingVectorEnv,
)
from hft_gym.envs.records import EPISODE_DTYPE
from hft_gym.errors import ConfigError
from tests.envs.samples import generated_folder, random_actions

pytestmark = pytest.mark.slow

NAME = "hft_gym/MarketMaking-v0"
EPISODE = 12
SAME, NEXT, OFF = AutoresetMode.SAME_STEP, AutoresetMode.NEXT_STEP, AutoresetMode.DISABLED


def vector_of(dataset, num_envs=4, mode=SAME, **options):
    options = {"episode_decisions": EPISODE, **options}
    return MarketMakingVectorEnv(num_envs, dataset, autoreset_mode=mode, **options)


def keys_of(info):
    """Names at every depth of an info."""
    for key, value in info.items():
        yield key
        if isinstance(value, dict):
            yield from keys_of(value)


def single(dataset, **options):
    return gym.make(NAME, data=dataset, episode_decisions=EPISODE, **options)


def test_the_checker_of_gymnasium_is_content(dataset):
    env = single(dataset)
    check_env(env.unwrapped, skip_render_check=True)
    assert hft_gym.__version__


@pytest.mark.filterwarnings("error")
def test_the_checker_of_stable_baselines_is_content(dataset):
    check_env_of_sb3(single(dataset).unwrapped)


def test_one_environment_from_first_to_last(dataset):
    env = single(dataset)
    observation, info = env.reset(seed=3)
    assert info == {}
    total = 0.0
    for step in range(1, EPISODE + 1):
        assert env.observation_space.contains(observation)
        observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
        assert type(reward) is float
        total += reward
        assert (terminated, truncated) == (False, step == EPISODE)
    assert info["trading"]["reward"] == pytest.approx(total, abs=1e-4)
    assert set(info["trading"]) == set(EPISODE_DTYPE.names)
    again, _ = env.reset(seed=3)
    assert not np.array_equal(again, observation)
    assert np.array_equal(again, env.reset(seed=3)[0])
    env.close()


def test_a_start_of_ones_own_choice(dataset):
    env = single(dataset).unwrapped
    observation, _ = env.reset(seed=1, options={"tape": 2, "decision": 33})
    view = env.core.view()[0]
    assert (view["tape"], view["decision"]) == (2, 33)
    market = dataset.markets[2].features[33]
    assert np.array_equal(observation[: market.size], market)
    env.reset(options={"decision": 5})
    assert (env.core.view()["tape"][0], env.core.view()["decision"][0]) == (0, 5)
    with pytest.raises(ConfigError, match="no window from decision 599"):
        env.reset(options={"decision": 599})


@pytest.mark.filterwarnings("error")
def test_the_registry_makes_a_batch(dataset):
    envs = gym.make_vec(
        NAME, num_envs=3, vectorization_mode="vector_entry_point", data=dataset,
        max_episode_steps=7,
    )  # fmt: skip
    assert isinstance(envs.unwrapped, MarketMakingVectorEnv)
    assert envs.num_envs == 3
    envs.reset(seed=0)
    for step in range(1, 8):
        _, _, terminated, truncated, _ = envs.step(envs.action_space.sample())
        assert truncated.all() == (step == 7)
        assert not terminated.any()
    envs.close()


def test_the_registry_makes_separate_environments_too(dataset):
    envs = gym.make_vec(
        NAME, num_envs=2, vectorization_mode="sync", data=dataset, episode_decisions=EPISODE
    )
    batch = vector_of(dataset, 2)
    assert np.array_equal(envs.reset(seed=8)[0], batch.reset(seed=8)[0])
    for action in random_actions(EPISODE - 1, 2):
        for one, two in zip(envs.step(action)[:4], batch.step(action)[:4], strict=True):
            assert np.allclose(one, two)
    envs.close()


def test_spaces_hold_what_is_given_and_asked(dataset):
    envs = vector_of(dataset)
    assert envs.observation_space == gym.vector.utils.batch_space(envs.single_observation_space, 4)
    assert envs.single_action_space == gym.spaces.MultiDiscrete([7, 7])
    observations, _ = envs.reset(seed=0)
    assert envs.observation_space.contains(observations)
    for _ in range(2 * EPISODE + 3):
        actions = envs.action_space.sample()
        assert envs.action_space.contains(actions)
        observations, rewards, terminated, truncated, _ = envs.step(actions)
        assert envs.observation_space.contains(observations)
        assert rewards.shape == terminated.shape == truncated.shape == (4,)
        assert terminated.dtype == truncated.dtype == np.bool_


def test_seed_is_seed_plus_number(dataset):
    envs = vector_of(dataset)
    observations, _ = envs.reset(seed=21)
    for k in range(4):
        alone, _ = single(dataset).reset(seed=21 + k)
        assert np.array_equal(alone, observations[k])
    listed, _ = envs.reset(seed=[24, None, 22, 21])
    assert np.array_equal(listed[[0, 2, 3]], observations[[3, 1, 0]])
    with pytest.raises(ValueError, match="3 seeds for 4 environments"):
        envs.reset(seed=[1, 2, 3])


def test_same_step_gives_the_end_and_the_beginning_at_once(dataset):
    envs = vector_of(dataset)
    envs.reset(seed=0)
    for action in random_actions(EPISODE - 1, 4):
        observations, _, _, _, info = envs.step(action)
        assert info == {}
    observations, rewards, terminated, truncated, info = envs.step(np.ones((4, 2), np.int64))
    assert truncated.all()
    assert not terminated.any()
    assert rewards.dtype == np.float32
    assert {"final_obs", "_final_obs", "final_info", "_final_info"} <= set(info)
    assert info["final_obs"].dtype == object
    assert info["_final_obs"].all()
    assert info["_final_info"].all()
    assert np.array_equal(observations, envs.core.observe())
    for k in range(4):
        final = info["final_obs"][k]
        assert envs.single_observation_space.contains(final)
        assert not np.array_equal(final, observations[k])
    trading = info["final_info"]["trading"]
    assert (trading["steps"] == EPISODE).all()
    assert trading["_steps"].all()
    kept = [info["final_obs"][0].copy(), trading["reward"].copy()]
    for action in random_actions(EPISODE, 4, seed=2):
        envs.step(action)
    assert np.array_equal(info["final_obs"][0], kept[0])
    assert np.array_equal(trading["reward"], kept[1])


def test_only_who_is_done_has_an_end(dataset):
    envs = vector_of(dataset)
    envs.reset(seed=0)
    for action in random_actions(5, 4):
        envs.step(action)
    mask = np.array([False, True, False, False])
    envs.reset(options={"reset_mask": mask})
    for action in random_actions(EPISODE - 5, 4, seed=1):
        _, _, _, truncated, info = envs.step(action)
    assert truncated.tolist() == info["_final_obs"].tolist() == [True, False, True, True]
    assert info["final_obs"][1] is None
    assert all(info["final_obs"][k] is not None for k in (0, 2, 3))


def test_next_step_begins_anew_whatever_the_action(dataset):
    envs, twin = vector_of(dataset, mode=NEXT), vector_of(dataset, mode=NEXT)
    actions = random_actions(EPISODE, 4)
    for each in (envs, twin):
        each.reset(seed=5)
        for action in actions:
            observations, rewards, _, truncated, info = each.step(action)
    assert truncated.all()
    assert "final_obs" not in info
    assert (info["trading"]["steps"] == EPISODE).all()
    assert info["_trading"].all()
    time_left = envs.core.feature_names.index("TimeLeft")
    assert (observations[:, time_left] == 0).all()  # the end itself
    first, rewards, terminated, truncated, info = envs.step(np.zeros((4, 2), np.int64))
    other, *_ = twin.step(np.full((4, 2), 6))
    assert np.array_equal(first, other)
    assert not rewards.any()
    assert not (terminated | truncated).any()
    assert info == {}
    assert np.array_equal(first, envs.core.observe())
    assert (first[:, time_left] > 0).all()
    # and the episode has its full length
    for step, action in enumerate(random_actions(EPISODE, 4, seed=9)):
        _, _, _, truncated, _ = envs.step(action)
        assert truncated.all() == (step == EPISODE - 1)


def test_next_step_leaves_the_others_alone(dataset):
    envs, twin = vector_of(dataset, mode=NEXT), vector_of(dataset, mode=NEXT)
    actions = random_actions(EPISODE + 3, 4)
    for each in (envs, twin):
        each.reset(seed=5)
    for action in actions[:4]:
        envs.step(action)
        twin.step(action)
    envs.reset(options={"reset_mask": np.array([True, False, False, False])})
    for action in actions[4:]:
        one, two = envs.step(action), twin.step(action)
        for here, there in zip(one[:4], two[:4], strict=True):
            assert np.array_equal(here[1:], there[1:])
    assert envs.core.envs["is_done"].sum() == 0


def test_disabled_waits_for_a_masked_reset(dataset):
    envs = vector_of(dataset, mode=OFF)
    envs.reset(seed=0)
    for action in random_actions(EPISODE, 4):
        observations, _, _, truncated, _ = envs.step(action)
    assert truncated.all()
    mask = np.array([True, False, True, False])
    begun, _ = envs.reset(options={"reset_mask": mask})
    time_left = envs.core.feature_names.index("TimeLeft")
    assert (begun[:, time_left] > 0).tolist() == mask.tolist()
    assert np.array_equal(begun[~mask], observations[~mask])


@pytest.mark.parametrize("mode", [SAME, NEXT])
def test_statistics_of_gymnasium_keep_what_a_masked_reset_leaves(dataset, mode):
    envs = RecordEpisodeStatistics(vector_of(dataset, mode=mode))
    envs.reset(seed=0)
    totals = np.zeros(4)
    for action in random_actions(5, 4):
        _, rewards, *_ = envs.step(action)
        totals += rewards
    mask = np.array([False, True, False, False])
    options = {"reset_mask": mask}
    envs.env.reset(options=options)
    assert "reset_mask" in options  # read, not taken away
    envs.reset(options={"reset_mask": mask})
    totals[1] = 0.0
    assert envs.episode_returns == pytest.approx(totals, abs=1e-5)
    assert envs.episode_lengths.tolist() == [5, 0, 5, 5]
    for action in random_actions(EPISODE - 5, 4, seed=1):
        _, rewards, _, truncated, info = envs.step(action)
        totals += rewards
    assert info["episode"]["l"].tolist() == [EPISODE, 0, EPISODE, EPISODE]
    done = truncated
    assert info["episode"]["r"][done] == pytest.approx(totals[done], abs=1e-5)
    assert envs.episode_count == 3


@pytest.mark.parametrize("mode", [SAME, NEXT, OFF])
def test_no_key_is_named_episode(dataset, mode):
    envs = vector_of(dataset, mode=mode)
    _, info = envs.reset(seed=0)
    for action in random_actions(EPISODE + 2, 4):
        assert "episode" not in set(keys_of(info))
        for key in info:
            assert key.startswith("_") or f"_{key}" in info
        *_, info = envs.step(action)


def test_observations_can_be_normalised_on_the_way(dataset):
    envs = NormalizeObservation(vector_of(dataset, 8, mode=NEXT))
    observations, _ = envs.reset(seed=0)
    for action in random_actions(2 * EPISODE, 8):
        observations, *_ = envs.step(action)
        assert np.isfinite(observations).all()
    assert np.abs(observations).mean() < 3.0


def test_metadata_is_each_ones_own(dataset):
    one, two = vector_of(dataset, mode=SAME), vector_of(dataset, mode="NextStep")
    assert one.metadata["autoreset_mode"] is SAME
    assert two.metadata["autoreset_mode"] is NEXT
    assert "autoreset_mode" not in MarketMakingVectorEnv.metadata
    assert "autoreset_mode" not in MarketMakingEnv.metadata
    with pytest.raises(ValueError, match="nonsense"):
        vector_of(dataset, mode="nonsense")


def test_what_the_caller_keeps_stays(dataset):
    envs = vector_of(dataset, mode=NEXT)
    kept = [envs.reset(seed=0)[0]]
    copies = [kept[0].copy()]
    for action in random_actions(EPISODE + 3, 4):
        given = action.copy()
        for array in envs.step(action)[:4]:
            kept.append(array)
            copies.append(array.copy())
        assert np.array_equal(action, given)
    for array, copy in zip(kept, copies, strict=True):
        assert np.array_equal(array, copy)


def test_closing_lets_threads_go(dataset):
    envs = vector_of(dataset, threads=2)
    envs.reset(seed=0)
    envs.step(envs.action_space.sample())
    envs.close()
    assert envs.closed
    with pytest.raises(RuntimeError):
        envs.core.step(np.zeros((4, 2), np.int64))
    envs.close()  # once more does no harm
    assert "close" not in vars(MarketMakingVectorEnv)


def test_a_dataset_or_a_part_of_files(dataset):
    core = make_core(generated_folder(), MODELS, 2, part="test", episode_decisions=EPISODE)
    assert core.dataset.spans["tape"].tolist() == [2]
    assert core.num_envs == 2
    same = make_core(dataset, MODELS, 1, part="test", episode_decisions=EPISODE)
    assert same.dataset is dataset


def test_a_summary_is_numbers_or_arrays():
    episodes = np.zeros(3, EPISODE_DTYPE)
    assert episode_summary(episodes)["pnl_ticks"].shape == (3,)
    one = episode_summary(episodes[0])
    assert one["steps"] == 0
    episodes["steps"] = 9
    assert one["steps"] == 0
