"""Threads that step slices of a batch: each slice once a turn, and none that nobody needs."""

import gc
import itertools
import threading
import time

import numba
import numpy as np
import pytest

from hft_gym.envs.workers import Workers
from hft_gym.kernel.jit import kernel

pytestmark = pytest.mark.kernel
compiled_only = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="there are no threads")
ENVS = 13
FORBIDDEN = -7


@kernel
def step(  # noqa: PLR0913, PLR0917 - as the kernels of a batch
    markets, spans, settings, envs, books, actions, observations, rewards, terminated, truncated,
    final_observations, finished, first, stop,
):  # fmt: skip
    for k in range(first, stop):
        if actions[k, 0] == FORBIDDEN:
            raise ValueError("not this one")
        envs[k] += 1
        rewards[k] = envs[k] * actions[k, 0]
        observations[k, :] = actions[k]
        terminated[k] = actions[k, 1] > 2
        truncated[k] = not terminated[k]


def state():
    nothing = np.zeros(1)
    return {"head": (nothing, nothing, nothing), "envs": np.zeros(ENVS, np.int64), "tail": nothing}


def one_step(workers, state, actions):
    outcome = (
        np.full((ENVS, 2), np.nan, np.float32),
        np.full(ENVS, np.nan, np.float32),
        np.zeros(ENVS, np.bool_),
        np.zeros(ENVS, np.bool_),
    )
    tail = state["tail"]
    workers.step((*state["head"], state["envs"], tail, actions, *outcome, tail, tail))
    return outcome


def threads():
    return [thread for thread in threading.enumerate() if thread.name == "hft_gym step"]


@pytest.mark.parametrize("count", [1, 2, 3, ENVS])
@pytest.mark.parametrize("pause_s", [0.0, 0.002])
def test_each_environment_is_stepped_once_a_turn(count, pause_s):
    workers, mine = Workers(step, ENVS, count), state()
    random = np.random.default_rng(count)
    for turn in range(1, 40 if pause_s else 400):
        actions = random.integers(0, 6, (ENVS, 2))
        observations, rewards, terminated, truncated = one_step(workers, mine, actions)
        assert np.array_equal(observations, actions)
        assert np.array_equal(rewards, turn * actions[:, 0])
        assert np.array_equal(terminated, actions[:, 1] > 2)
        assert np.array_equal(truncated, ~terminated)
        time.sleep(pause_s)  # workers go to sleep meanwhile
    assert set(mine["envs"]) == {turn}
    workers.close()


@pytest.mark.parametrize("broken", range(ENVS))
def test_what_goes_wrong_in_a_thread_is_told_and_the_next_step_is_sound(broken):
    workers, mine = Workers(step, ENVS, 3), state()
    actions = np.ones((ENVS, 2), np.int64)
    one_step(workers, mine, actions)
    wrong = actions.copy()
    wrong[broken, 0] = FORBIDDEN
    with pytest.raises(ValueError, match="not this one"):
        one_step(workers, mine, wrong)
    before = mine["envs"].copy()
    one_step(workers, mine, actions)
    assert np.array_equal(mine["envs"], before + 1)
    workers.close()


@compiled_only
@pytest.mark.parametrize("closed", [True, False])
def test_threads_end_when_a_batch_is_closed_or_forgotten(closed):
    gc.collect()
    before = len(threads())
    workers = Workers(step, ENVS, 4)
    one_step(workers, state(), np.ones((ENVS, 2), np.int64))
    begun = [thread for thread in threads() if thread.is_alive()]
    assert len(begun) == before + 3
    if closed:
        workers.close()
        workers.close()
        with pytest.raises(RuntimeError, match="closed"):
            one_step(workers, state(), np.ones((ENVS, 2), np.int64))
    del workers
    gc.collect()
    deadline_s = time.monotonic() + 20
    while len(threads()) > before and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert len(threads()) == before


@compiled_only
def test_batches_side_by_side_do_not_disturb_each_other():
    crews = [(Workers(step, ENVS, 3), state()) for _ in range(3)]
    for turn, (workers, mine) in itertools.product(range(1, 50), crews):
        rewards = one_step(workers, mine, np.full((ENVS, 2), 2, np.int64))[1]
        assert set(rewards) == {2 * turn}
