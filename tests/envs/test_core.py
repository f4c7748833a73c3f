"""The batch: the same bytes whatever its size, states that come back, ends and beginnings."""

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.records import EPISODE_DTYPE, VIEW_DTYPE
from hft_gym.errors import ConfigError
from tests.envs.samples import LATE_NEWS, PNL_MODELS, random_actions

pytestmark = pytest.mark.slow

STEPS, EPISODE = 60, 25


def core_of(dataset, num_envs, models=MODELS, **options):
    return BatchCore(dataset, models, num_envs, **{"episode_decisions": EPISODE, **options})


def run(core, seeds, actions):
    """Everything a run gives, `[steps + 1, envs, ...]`; copies are made by the core, not here."""
    first = core.reset(seeds)
    none = np.zeros(core.num_envs, np.float32), *np.zeros((2, core.num_envs), np.bool_)
    outcomes = [(first, *none, core.view(), core.finished.copy())]
    for action in actions:
        outcomes.append((*core.step(action), core.view(), core.finished.copy()))
    return [np.stack(part) for part in zip(*outcomes, strict=True)]


@pytest.fixture(scope="module")
def whole(dataset):
    """64 environments, long enough for each to begin anew twice."""
    actions = random_actions(STEPS, 64)
    return actions, run(core_of(dataset, 64), np.arange(100, 164), actions)


@pytest.mark.parametrize(
    ("first", "stop", "threads"), [(0, 1, 1), (13, 14, 2), (5, 12, 1), (5, 12, 2), (0, 64, 2)]
)
def test_bytes_depend_on_seed_and_actions_alone(dataset, whole, first, stop, threads):
    actions, expected = whole
    core = core_of(dataset, stop - first, threads=threads)
    found = run(core, np.arange(100 + first, 100 + stop), actions[:, first:stop])
    core.close()
    for here, there in zip(found, expected, strict=True):
        assert here.tobytes() == np.ascontiguousarray(there[:, first:stop]).tobytes()


def test_seeds_matter_and_repeat(dataset, whole):
    core = core_of(dataset, 64)
    _, expected = whole
    assert np.array_equal(core.reset(np.arange(100, 164)), expected[0][0])
    other = core.reset()  # goes on with the random numbers it has
    assert not np.array_equal(other, expected[0][0])
    core.reset(np.arange(100, 164))
    assert np.array_equal(core.reset(), other)
    assert len(np.unique(core.view()["decision"])) > 40


def test_unseeded_batches_differ(dataset):
    starts = [core_of(dataset, 8) for _ in range(2)]
    one, two = ((c.reset(), c.view()["decision"])[1] for c in starts)
    assert one.tolist() != two.tolist()


def test_observations_are_finite_and_within_the_space(whole):
    _, (observations, rewards, *_rest) = whole
    assert observations.dtype == rewards.dtype == np.float32
    assert np.isfinite(observations).all()
    assert np.abs(observations).max() <= 10.0
    assert np.isfinite(rewards).all()


def test_a_state_comes_back_to_the_byte(dataset):
    actions = random_actions(300, 5, seed=3)
    core = core_of(dataset, 5)
    core.reset(np.arange(5))
    for action in actions[:40]:
        core.step(action)
    state, seen = core.get_state(), core.observe()
    first = [core.step(action) for action in actions]
    first_end = core.get_state()
    other = core_of(dataset, 5)  # even in a core that has never been reset
    for again in (core, other):
        again.set_state(state)
        assert np.array_equal(again.observe(), seen)
        second = [again.step(action) for action in actions]
        for one, two in zip(first, second, strict=True):
            assert [a.tobytes() for a in one] == [b.tobytes() for b in two]
        for name, array in again.get_state().items():
            assert (array == first_end[name]).all(), name


def test_what_was_handed_out_stays_as_it_was(dataset):
    core = core_of(dataset, 6)
    kept, copies = [core.reset(np.arange(6))], []
    copies.append(kept[0].copy())
    for action in random_actions(EPISODE + 5, 6):
        for array in (*core.step(action), core.view(), core.observe()):
            kept.append(array)
            copies.append(array.copy())
    state = core.get_state()
    frozen = {name: array.copy() for name, array in state.items()}
    core.reset()
    for array, copy in zip(kept, copies, strict=True):
        assert array.tobytes() == copy.tobytes()
    for name, array in state.items():
        assert (array == frozen[name]).all(), name


def test_what_is_kept_of_an_episode(whole):
    _, (_, rewards, terminated, truncated, views, finished) = whole
    assert finished.dtype == EPISODE_DTYPE
    assert views.dtype == VIEW_DTYPE
    ends = np.flatnonzero(truncated[:, 0])
    assert ends.tolist() == [EPISODE, 2 * EPISODE]
    assert not terminated.any()
    for end in ends:
        steps = slice(end - EPISODE + 1, end + 1)
        inside = slice(end - EPISODE, end)
        for env in range(64):
            record = finished[end, env]
            assert record["steps"] == EPISODE
            assert record["tape"] == views["tape"][inside, env][0]
            assert record["start_decision"] == views["decision"][end - EPISODE, env]
            assert record["reward"] == pytest.approx(rewards[steps, env].sum(), abs=1e-3)
            position = np.append(
                views["position_lots"][inside, env][1:], record["final_position_lots"]
            )
            assert record["abs_position_lot_steps"] == np.abs(position).sum()
            assert record["max_position_lots"] == np.abs(position).max()
            equity = views["pnl_ticks"][inside, env]
            drop = (np.maximum.accumulate(equity) - equity).max()
            assert record["max_drawdown_ticks"] >= drop
    assert finished["lots_traded"][ends].sum() > 50
    assert (finished["taker_lots"][ends] == 0).all()


def test_a_new_episode_is_observed_in_the_step_that_ends_the_old(dataset):
    core = core_of(dataset, 4)
    core.reset(np.arange(4))
    for action in random_actions(EPISODE, 4):
        observations, _, _, truncated = core.step(action)
    assert truncated.all()
    assert np.array_equal(observations, core.observe())
    assert not np.array_equal(core.final_observations, observations)
    time_left = core.feature_names.index("TimeLeft")
    assert core.final_observations[:, time_left] == pytest.approx(0.0, abs=1e-7)
    view = core.view()
    assert (view["position_lots"] == 0).all()
    assert (view["time_left_ns"] == EPISODE * 100_000_000).all()
    assert (core.envs["is_done"] == 0).all()


def test_without_autoreset_the_done_wait(dataset):
    core = core_of(dataset, 3, autoreset=False)
    core.reset(np.arange(3))
    core.reset_at(np.array([[0, 10, 10 + EPISODE], [1, 0, 5], [0, 3, 20]]))
    for _ in range(5):
        _, _, _, truncated = core.step(np.ones((3, 2), np.int64))
    assert truncated.tolist() == [False, True, False]
    end = core.observe()
    assert np.array_equal(end[1], core.final_observations[1])
    record = core.finished[1].copy()
    before = core.get_state()["_envs"][1]
    for _ in range(3):
        _, rewards, terminated, truncated = core.step(np.zeros((3, 2), np.int64))
        assert (rewards[1], terminated[1], truncated[1]) == (0.0, False, False)
    assert core.get_state()["_envs"][1] == before
    assert core.finished[1] == record
    assert core.envs["is_done"].tolist() == [0, 1, 0]
    core.reset(mask=np.array([False, True, False]))
    assert core.envs["is_done"].tolist() == [0, 0, 0]


def test_who_waits_still_shows_its_last_observation(dataset):
    core = core_of(dataset, 2, autoreset=False)
    core.reset_at(np.array([[0, 0, 2], [0, 0, 20]]))
    for _ in range(2):
        core.step(np.zeros((2, 2), np.int64))
    final = core.final_observations[0].copy()
    np.full((64, 1000), np.nan, np.float32).sum()  # dirties memory that a new array may get
    for _ in range(4):
        observations, *_ = core.step(np.zeros((2, 2), np.int64))
        assert np.array_equal(observations[0], final)


def test_windows_of_ones_own_choice(dataset):
    core = core_of(dataset, 3)
    windows = np.array([[0, 0, 30], [2, 17, 27], [1, 599 - EPISODE, 599]])
    core.reset(np.arange(3))
    core.reset_at(windows)
    view = core.view()
    assert view["tape"].tolist() == [0, 2, 1]
    assert view["decision"].tolist() == [0, 17, 599 - EPISODE]
    assert (view["time_left_ns"] == np.array([30, 10, EPISODE]) * 100_000_000).all()
    again = core.reset_at(np.tile([2, 40, 50], (3, 1)), mask=np.array([False, True, False]))
    assert core.view()["decision"].tolist() == [0, 40, 599 - EPISODE]
    assert np.array_equal(again, core.observe())


@pytest.mark.parametrize(
    "window", [(-1, 0, 5), (3, 0, 5), (0, -1, 5), (0, 5, 5), (0, 9, 3), (1, 590, 600)]
)
def test_windows_outside_the_data(dataset, window):
    core = core_of(dataset, 2)
    windows = np.array([[0, 0, 5], window])
    with pytest.raises(ConfigError, match=f"from decision {window[1]} to {window[2]} on tape"):
        core.reset_at(windows)
    core.reset_at(np.array([[1, 590, 599], [0, 0, 1]]))


def test_masks_choose_who_begins(dataset):
    core = core_of(dataset, 4)
    core.reset(np.arange(4))
    for action in random_actions(7, 4):
        core.step(action)
    before = core.get_state()["_envs"]
    mask = np.array([True, False, False, True])
    core.reset(np.arange(50, 54), mask)
    after = core.get_state()["_envs"]
    for k in (1, 2):
        assert before[k] == after[k]
    alone = core_of(dataset, 1)
    alone.reset(np.array([53]))
    assert alone.view()[0] == core.view()[3]


def test_an_episode_knows_nothing_of_the_one_before(dataset):
    fresh, used = core_of(dataset, 3), core_of(dataset, 3)
    used.reset(np.arange(3))
    for action in random_actions(2 * EPISODE + 9, 3, seed=11):
        used.step(action)
    windows = np.array([[0, 100, 130], [1, 0, 30], [2, 50, 80]])
    assert np.array_equal(fresh.reset_at(windows), used.reset_at(windows))
    for action in random_actions(29, 3, seed=12):
        for one, two in zip(fresh.step(action), used.step(action), strict=True):
            assert one.tobytes() == two.tobytes()
        assert (fresh.view() == used.view()).all()
        orders = [core.envs["trader"]["orders"] for core in (fresh, used)]
        live = orders[0]["leaves_lots"] > 0
        assert (orders[0][live] == orders[1][live]).all()


def test_staggered_ends_are_spread_once(dataset):
    core = core_of(dataset, 64)
    core.reset(np.arange(64), stagger=True)
    left = core.view()["time_left_ns"] // 100_000_000
    assert left.min() >= 1
    assert left.max() <= EPISODE
    assert len(np.unique(left)) > EPISODE // 2
    for _ in range(EPISODE):
        core.step(np.full((64, 2), 6))
    assert (core.finished["steps"] >= 1).all()
    core.reset(np.arange(64))
    assert (core.view()["time_left_ns"] == EPISODE * 100_000_000).all()


def test_at_the_end_the_truth_counts(dataset):
    # what fills while its news is under way is settled, so that nobody dodges it
    core = core_of(dataset, 32, LATE_NEWS, autoreset=False)
    core.reset(np.arange(32))
    total = np.zeros(32)
    under_way = 0
    for action in random_actions(EPISODE, 32, seed=5):
        under_way += core.envs["trader"]["response_count"].sum()
        _, rewards, _, truncated = core.step(action)
        total += rewards
    assert truncated.all()
    assert under_way > 0
    envs, trader = core.envs, core.envs["trader"]
    mid = 0.5 * (envs["bid_ticks"] + envs["ask_ticks"])
    equity = trader["cash_ticks"] + trader["position_lots"] * mid
    equity = equity - trader["fees_microticks"] / 1e6
    assert total == pytest.approx(equity, abs=1e-3)
    assert core.finished["reward"] == pytest.approx(equity, abs=1e-9)
    assert (trader["known_position_lots"] == trader["position_lots"]).all()
    assert np.abs(trader["position_lots"]).sum() > 0


def test_ruin_ends_an_episode(dataset):
    core = core_of(dataset, 64, PNL_MODELS, ruin_ticks=0.5)
    core.reset(np.arange(64))
    seen = 0
    for action in random_actions(EPISODE, 64, seed=6):
        _, _, terminated, truncated = core.step(action)
        assert not (terminated & truncated).any()
        lost = core.finished["reward"][terminated]
        assert (lost <= -0.5).all()
        assert (core.finished["steps"][terminated] <= EPISODE).all()
        seen += terminated.sum()
    assert seen > 5


@pytest.mark.parametrize(
    "options",
    [
        {"num_envs": 0},
        {"num_envs": 1, "episode_decisions": 0},
        {"num_envs": 1, "threads": 0},
        {"num_envs": 1, "max_position_lots": 0},
        {"num_envs": 1, "episode_decisions": 600},
    ],
)
def test_numbers_out_of_range(dataset, options):
    with pytest.raises(ConfigError) as told:
        BatchCore(dataset, MODELS, **options)
    assert "\n" not in str(told.value)
