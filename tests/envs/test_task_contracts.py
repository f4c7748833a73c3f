"""What every task owes Gymnasium, Stable-Baselines3 and the past, one test of each for all."""

import copy
import pickle

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from stable_baselines3.common.env_checker import check_env as check_env_of_sb3

from agents.vec_env import HftVecEnv
from hft_gym.envs import execution, order_entry, trading
from hft_gym.envs.core import BatchCore
from hft_gym.envs.dataset import Dataset
from hft_gym.envs.defaults import LEVEL_MODELS, MARKET_FEATURES, MODELS
from hft_gym.envs.grid import ByTime
from hft_gym.envs.tasks.flat_at_end import FlatAtEnd
from hft_gym.market.latencies.constant import Constant
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import COLUMNS
from tests.envs.samples import actions_of
from tests.envs.test_look_ahead import moments, rewritten
from tests.random_tapes import random_tape

pytestmark = [pytest.mark.kernel, pytest.mark.long]

EPISODE, STEPS = 12, 30
TASKS = [
    pytest.param(("Execution", execution.MODELS), id="execution"),
    pytest.param(("MarketMaking", LEVEL_MODELS), id="levels"),
    pytest.param(("MarketMaking", MODELS._replace(task=FlatAtEnd(start_lots=3))), id="flat_at_end"),
    pytest.param(("Trading", trading.MODELS), id="trading"),
    pytest.param(("OrderEntry", order_entry.MODELS), id="order_entry"),
]


@pytest.fixture(scope="module", params=TASKS)
def task(request):
    return request.param


def core_of(data, task, num_envs, **options):
    return BatchCore(data, task[1], num_envs, **{"episode_decisions": EPISODE, **options})


def run(core, actions):
    """Bytes of every step, a list for each environment."""
    seen = [[] for _ in range(core.num_envs)]
    for action in actions:
        outcome = (*core.step(action), core.view(), core.finished)
        for k in range(core.num_envs):
            seen[k].append([part[k].tobytes() for part in outcome])
    return seen


@pytest.fixture(scope="module")
def whole(tiny, task):
    core = core_of(tiny, task, 64)
    actions = actions_of(core.action_space, STEPS, 64)
    core.reset(np.arange(100, 164))
    return actions, run(core, actions)


@pytest.mark.parametrize(("first", "stop", "threads"), [(17, 18, 1), (5, 12, 1), (5, 12, 2)])
def test_bytes_depend_on_seed_and_actions_alone(tiny, task, whole, first, stop, threads):
    actions, expected = whole
    core = core_of(tiny, task, stop - first, threads=threads)
    core.reset(np.arange(100 + first, 100 + stop))
    assert run(core, actions[:, first:stop]) == expected[first:stop]
    core.close()


def test_two_threads_give_the_bytes_of_one(tiny, task, whole):
    core = core_of(tiny, task, 64, threads=2)
    core.reset(np.arange(100, 164))
    assert run(core, whole[0]) == whole[1]
    core.close()


def test_something_happens(tiny, task, whole):
    core = core_of(tiny, task, 64)
    core.reset(np.arange(100, 164))
    lots = 0
    for action in whole[0]:
        observations, rewards, terminated, truncated = core.step(action)
        assert np.isfinite(observations).all()
        assert np.isfinite(rewards).all()
        assert all(core.observation_space.contains(row) for row in observations)
        done = terminated | truncated
        lots += core.finished["lots_traded"][done].sum()
        for name in core.finished.dtype.names:
            assert np.isfinite(core.finished[name]).all()
    assert lots > 50


def test_a_state_comes_back_to_the_byte(tiny, task):
    core = core_of(tiny, task, 4)
    actions = actions_of(core.action_space, STEPS, 4, seed=3)
    core.reset(np.arange(4))
    run(core, actions[:9])
    state, seen = core.get_state(), core.observe()
    first = run(core, actions)
    other = core_of(tiny, task, 4)
    for again in (core, other, copy.deepcopy(core)):
        again.set_state(state)
        assert np.array_equal(again.observe(), seen)
        assert run(again, actions) == first


def test_a_copy_in_another_process_goes_on_where_it_was_made(tmp_path, task):
    kept = random_tape(40, 400)
    columns = {name: getattr(kept, name) for name in COLUMNS}
    tape = MarketTape.write(tmp_path / "day.tape", columns, kept.meta)
    core = core_of(Dataset.of([tape], ByTime(2.0), MARKET_FEATURES), task, 3)
    actions = actions_of(core.action_space, STEPS, 3, seed=4)
    core.reset(np.arange(3))
    run(core, actions[:7])
    other = pickle.loads(pickle.dumps(core))
    assert run(core, actions[7:]) == run(other, actions[7:])


def test_the_checkers_are_content(tiny, task):
    name, models = task
    options = {"data": tiny, "models": models, "episode_decisions": EPISODE}
    env = gym.make(f"hft_gym/{name}-v0", render_mode="rgb_array", **options)
    check_env(env.unwrapped, skip_render_check=True)
    check_env_of_sb3(env.unwrapped, warn=False)
    env.reset(seed=1)
    ended = False
    while not ended:
        _, _, terminated, truncated, info = env.step(env.action_space.sample())
        ended = terminated or truncated
        assert ("trading" in info) == ended
    assert np.isfinite(list(info["trading"].values())).all()
    assert info["trading"]["steps"] > 0
    assert env.render().shape == (640, 1024, 3)
    env.close()


def test_the_registry_makes_a_batch(tiny, task):
    envs = gym.make_vec(
        f"hft_gym/{task[0]}-v0", num_envs=3, vectorization_mode="vector_entry_point", data=tiny,
        max_episode_steps=7, models=task[1],
    )  # fmt: skip
    assert type(envs.unwrapped).__name__ == f"{task[0]}VectorEnv"
    envs.reset(seed=5)
    alone = gym.make(f"hft_gym/{task[0]}-v0", data=tiny, models=task[1], episode_decisions=7)
    first, _ = alone.reset(seed=6)
    assert np.array_equal(envs.unwrapped.core.observe()[1], first)
    ends = 0
    for _ in range(8):
        observations, _, terminated, truncated, info = envs.step(envs.action_space.sample())
        assert envs.observation_space.contains(observations)
        done = terminated | truncated
        ends += done.sum()
        if done.any():
            assert info["final_info"]["trading"]["_steps"].tolist() == done.tolist()
    assert ends >= 3
    envs.close()


def test_stable_baselines_sees_the_same(tiny, task):
    core = core_of(tiny, task, 4)
    env = HftVecEnv(core_of(tiny, task, 4))
    env.seed(9)
    assert np.array_equal(env.reset(), core.reset(np.arange(9, 13)))
    ends = 0
    for action in actions_of(core.action_space, EPISODE + 2, 4, seed=1):
        expected = core.step(action)
        observations, rewards, dones, infos = env.step(action)
        assert np.array_equal(observations, expected[0])
        assert np.array_equal(rewards, expected[1])
        assert np.array_equal(dones, expected[2] | expected[3])
        for k in np.flatnonzero(dones):
            assert infos[k]["TimeLimit.truncated"] == bool(expected[3][k])
            assert np.array_equal(infos[k]["terminal_observation"], core.final_observations[k])
        ends += dones.sum()
    assert ends >= 4


def test_masks_have_a_place_for_each_option(tiny, task):
    core = core_of(tiny, task, 4)
    core.reset(np.arange(4))
    space = core.action_space
    options = space.n if isinstance(space, gym.spaces.Discrete) else space.nvec.sum()
    assert core.action_masks().shape == (4, options)
    env = HftVecEnv(core)
    assert env.has_attr("action_masks")
    masks = env.env_method("action_masks", indices=[1, 3])
    assert np.array_equal(masks, core.action_masks()[[1, 3]])


# what lies ahead changes nothing before it

FEED_NS, STEP = 150_000, ByTime(1.5)


@pytest.fixture(scope="module")
def ahead():
    tape = random_tape(77, 900)
    return tape, STEP.decisions(tape, tape.ts_local_ns + FEED_NS)


def seen_until(tape, task, actions, k):
    """Bytes of an episode of all the actions that ends with decision `k`, and how it ended."""
    dataset = Dataset.of([tape], STEP, MARKET_FEATURES[:2], Constant(FEED_NS))
    core = core_of(dataset, task, 1, autoreset=False)
    core.reset(np.array([9]))
    seen = [core.reset_at(np.array([[0, k - len(actions), k]])).tobytes(), core.view().tobytes()]
    for action in actions:
        seen += [part.tobytes() for part in core.step(action)]
        seen += [core.view().tobytes(), core.finished.tobytes()]
    return seen


def test_the_future_is_not_seen(ahead, task):
    tape, decisions = ahead
    random = np.random.default_rng(2)
    space = task[1].action.space()
    for number, k in enumerate(moments(decisions, 50).tolist()):
        now_ns = int(decisions["ts_local_ns"][k])
        actions = actions_of(space, 2 + number % min(12, k - 2), 1, seed=number)
        expected = seen_until(tape, task, actions, k)
        way = ["scaled", "shuffled", "flipped", "emptied", "thinned", "deleted"][number % 6]
        rows = int(len(tape) - np.searchsorted(tape.ts_exchange_ns, now_ns, side="right"))
        assert rows > 0
        changed = rewritten(tape, rows, random, way)
        assert seen_until(changed, task, actions, k) == expected, (k, way)
        if way not in ("thinned", "deleted"):  # on their way to us: the same times
            rows = len(tape) - int(decisions["row"][k])
            changed = rewritten(tape, rows, random, way)
            assert seen_until(changed, task, actions, k) == expected, (k, way)
