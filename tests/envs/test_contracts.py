"""What Gymnasium asks of every environment beyond stepping: states, copies, checks, seeds."""

import copy
import pickle
import warnings

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode

from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.market_making import MarketMakingVectorEnv
from hft_gym.envs.rendering import window
from hft_gym.errors import ConfigError
from tests.envs.samples import generated_folder, random_actions

pytestmark = pytest.mark.slow

NAME = "hft_gym/MarketMaking-v0"
EPISODE = 12
SAME, NEXT, OFF = AutoresetMode.SAME_STEP, AutoresetMode.NEXT_STEP, AutoresetMode.DISABLED


def vector_of(dataset, num_envs=3, mode=SAME, **options):
    options = {"episode_decisions": EPISODE, **options}
    return MarketMakingVectorEnv(num_envs, dataset, autoreset_mode=mode, **options)


def single(dataset, **options):
    return gym.make(NAME, data=dataset, **{"episode_decisions": EPISODE, **options}).unwrapped


def bytes_of(outcome):
    observations, rewards, terminated, truncated, info = outcome
    arrays = (observations, np.asarray(rewards), np.asarray(terminated), np.asarray(truncated))
    return [array.tobytes() for array in arrays], str(info)


def run_single(env, actions):
    out = []
    for action in actions:
        out.append(bytes_of(env.step(action)))
        if env.core.envs["is_done"][0]:
            out.append(env.reset()[0].tobytes())
    return out


# states


def test_one_environment_goes_back_for_a_thousand_steps(dataset):
    env = single(dataset)
    env.reset(seed=1)
    actions = random_actions(1000, 1)[:, 0]
    run_single(env, actions[:5])
    state, seen = env.get_state(), env.core.observe()
    first = run_single(env, actions)
    env.set_state(state)
    assert np.array_equal(env.core.observe(), seen)
    assert run_single(env, actions) == first


@pytest.mark.parametrize("mode", [SAME, NEXT, OFF])
def test_a_batch_goes_back_for_a_thousand_steps(dataset, mode):
    envs = vector_of(dataset, mode=mode)
    envs.reset(seed=1)
    actions = random_actions(1000, 3)
    for action in actions[:EPISODE]:  # with NEXT_STEP all wait for their reset now
        envs.step(action)
    state = envs.get_state()
    first = [bytes_of(envs.step(action)) for action in actions]
    envs.set_state(state)
    assert [bytes_of(envs.step(action)) for action in actions] == first


def test_branches_of_one_environment(dataset):
    trunk, crown = vector_of(dataset), vector_of(dataset, 8)
    trunk.reset(seed=4)
    for action in random_actions(5, 3):
        trunk.step(action)
    crown.set_state({name: array[[2] * 8] for name, array in trunk.get_state().items()})
    actions = np.array([[k % 7, k // 2] for k in range(8)])
    observations, rewards, *_ = crown.step(actions)
    for k in (2, 5):
        alone = vector_of(dataset, 1)
        alone.set_state({name: array[[2]] for name, array in trunk.get_state().items()})
        one, reward, *_ = alone.step(actions[[k]])
        assert np.array_equal(one[0], observations[k])
        assert reward[0] == rewards[k]


def test_states_of_others_are_refused(dataset):
    envs = vector_of(dataset)
    envs.reset(seed=1)
    before = envs.get_state()
    other = vector_of(dataset, 4)
    other.reset(seed=1)
    with pytest.raises(ConfigError, match="not a state of a batch of 3"):
        envs.set_state(other.get_state())
    with pytest.raises(ConfigError, match="_envs has shape"):
        envs.core.set_state(other.core.get_state())
    with pytest.raises(ConfigError, match="_consumed is missing"):
        envs.core.set_state({"_envs": before["_envs"]})
    moved = {name: array.copy() for name, array in before.items()}
    moved["_envs"]["ts_local_ns"][1] += 1
    with pytest.raises(ConfigError, match="other data"):
        envs.set_state(moved)
    moved["_envs"]["tape"] = 77
    with pytest.raises(ConfigError, match="other tapes"):
        envs.set_state(moved)
    for name, array in envs.get_state().items():
        assert array.tobytes() == before[name].tobytes()


def test_the_same_state_is_the_same_bytes(dataset):
    envs, again = vector_of(dataset), vector_of(dataset)
    for each in (envs, again):
        each.reset(seed=1)
        for action in random_actions(2 * EPISODE, 3):
            each.step(action)
    one, two = envs.get_state(), again.get_state()
    assert {n: a.tobytes() for n, a in one.items()} == {n: a.tobytes() for n, a in two.items()}
    assert pickle.dumps(one) == pickle.dumps(two)


# copies

COPIES = [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))]


@pytest.mark.parametrize("again", COPIES, ids=["deepcopy", "pickle"])
@pytest.mark.parametrize("mode", [SAME, NEXT])
def test_a_copied_batch_goes_on_alike(dataset, again, mode):
    envs = vector_of(dataset, mode=mode, threads=2)
    envs.reset(seed=1)
    actions = random_actions(3 * EPISODE, 3)
    for action in actions[:EPISODE]:
        envs.step(action)
    twin = again(envs)
    assert twin.core.envs is not envs.core.envs
    assert twin.observation_space == envs.observation_space
    assert twin.metadata == envs.metadata
    first = [bytes_of(envs.step(action)) for action in actions]
    assert [bytes_of(twin.step(action)) for action in actions] == first
    twin.close()
    envs.step(actions[0])  # its threads are its own
    envs.close()


@pytest.mark.parametrize("again", COPIES, ids=["deepcopy", "pickle"])
def test_a_copied_environment_goes_on_alike(dataset, again):
    env = gym.make(NAME, data=dataset, episode_decisions=EPISODE, render_mode="rgb_array")
    env.reset(seed=3)
    actions = random_actions(60, 1)[:, 0]
    run_single(env.unwrapped, actions[:5])
    twin = again(env)
    assert run_single(twin.unwrapped, actions) == run_single(env.unwrapped, actions)
    assert twin.render().shape == env.render().shape


def test_a_copy_shares_the_data_and_a_pickle_finds_them(dataset):
    core = BatchCore(dataset, MODELS, 2, episode_decisions=EPISODE)
    assert copy.deepcopy(core).dataset is dataset  # before the first reset, too
    with pytest.raises(gym.error.ResetNeeded):
        copy.deepcopy(core).step(np.zeros((2, 2), np.int64))
    again = pickle.loads(pickle.dumps(core)).dataset
    assert again is not dataset
    assert again.markets[0].tape.path == dataset.markets[0].tape.path


# checks and the registry


@pytest.mark.filterwarnings("error")
def test_the_checker_tries_every_render_mode(dataset, monkeypatch):
    import matplotlib.pyplot

    monkeypatch.setattr(window, "_pyplot_with_screen", lambda: matplotlib.pyplot)
    env = gym.make(NAME, data=dataset, episode_decisions=EPISODE, render_mode="rgb_array")
    with warnings.catch_warnings():
        # the stand-in for a screen cannot show
        warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")
        check_env(env.unwrapped)


def test_data_by_folder_from_the_registry(dataset):
    env = gym.make(NAME, data=generated_folder(), part="test", step_ms=100.0, episode_decisions=30)
    env.reset(seed=0)
    assert env.unwrapped.core.view()["tape"][0] == 2
    again = env.spec.make()
    assert np.array_equal(again.reset(seed=0)[0], env.reset(seed=0)[0])


def test_what_the_registry_cannot_give_a_batch(dataset):
    for asked in ({"wrappers": [gym.wrappers.ClipReward]}, {"vector_kwargs": {"shared": True}}):
        with pytest.raises(gym.error.Error, match="vector"):
            gym.make_vec(NAME, vectorization_mode="vector_entry_point", data=dataset, **asked)


def test_the_limit_of_steps_comes_by_wrapper_or_by_keyword(dataset):
    env = gym.make(NAME, data=dataset, episode_decisions=EPISODE, max_episode_steps=5)
    env.reset(seed=0)
    ends = [env.step(np.array([1, 1]))[2:4] for _ in range(5)]
    assert ends == [(False, False)] * 4 + [(False, True)]


# seeds, options, masks


def test_seeds_of_any_size_and_kind(dataset):
    envs, env = vector_of(dataset), single(dataset)
    for seed in (2**63 - 1, 2**70, np.int32(5)):
        batch, _ = envs.reset(seed=seed)
        again, _ = envs.reset(seed=seed)
        assert np.array_equal(batch, again)
        assert np.array_equal(env.reset(seed=int(seed))[0], batch[0])
        assert envs.np_random_seed == int(seed)


def test_options_reach_either_face(dataset):
    days = [market.tape.meta.label for market in dataset.markets]
    ts_ns = int(dataset.markets[1].decisions["ts_local_ns"][40])
    options = {"day": days[1], "start_ns": ts_ns, "inventory": -2}
    env, envs = single(dataset), vector_of(dataset)
    one, _ = env.reset(options=options)
    mask = np.array([False, True, True])
    envs.reset(seed=0)
    many, _ = envs.reset(options={**options, "reset_mask": mask})
    assert np.array_equal(many[1], one)
    assert np.array_equal(many[2], one)
    assert not np.array_equal(many[0], one)
    assert (envs.core.view()["position_lots"] == [0, -2, -2]).all()
    with pytest.raises(ConfigError, match="no data of 1999"):
        env.reset(options={"day": "1999-01-01"})


@pytest.mark.parametrize("mask", [[1, 0, 1], np.ones(4, np.bool_), True])
def test_masks_that_are_none(dataset, mask):
    envs = vector_of(dataset)
    envs.reset(seed=0)
    with pytest.raises(ConfigError, match="must be 3 booleans"):
        envs.reset(options={"reset_mask": mask})


def test_staggered_beginnings(dataset):
    envs = vector_of(dataset, 40, stagger=True)
    envs.reset(seed=0)
    ends = [envs.step(np.full((40, 2), 6))[3].sum() for _ in range(EPISODE)]
    assert max(ends) < 20
    assert sum(ends) >= 40
    envs.reset(seed=0, options={"reset_mask": np.ones(40, np.bool_)})
    left = envs.core.view()["time_left_ns"] // 100_000_000
    assert (left == EPISODE).all()  # a masked reset gives whole episodes


# ends and infos


def test_ruin_is_terminated_and_never_both(dataset):
    envs = vector_of(dataset, 64, ruin_ticks=0.5, episode_decisions=40)
    envs.reset(seed=0)
    seen = np.zeros(2, np.int64)
    for action in random_actions(80, 64):
        _, _, terminated, truncated, info = envs.step(action)
        assert not (terminated & truncated).any()
        done = terminated | truncated
        if done.any():
            assert info["_final_obs"].tolist() == done.tolist()
            assert (info["final_info"]["trading"]["steps"][done] > 0).all()
            assert (info["final_info"]["trading"]["steps"][~done] == 0).all()
        seen += [terminated.sum(), truncated.sum()]
    assert seen.min() > 5


def test_infos_of_live_steps_are_empty_and_new(dataset):
    envs, env = vector_of(dataset), single(dataset)
    infos = [envs.reset(seed=0)[1], env.reset(seed=0)[1]]
    for _ in range(EPISODE - 1):
        infos += [envs.step(np.zeros((3, 2), np.int64))[4], env.step(np.zeros(2, np.int64))[4]]
    assert all(info == {} for info in infos)
    assert len({id(info) for info in infos}) == len(infos)


def test_a_step_before_the_reset_is_told(dataset):
    with pytest.raises(gym.error.ResetNeeded, match="call reset before step"):
        vector_of(dataset).step(np.zeros((3, 2), np.int64))
