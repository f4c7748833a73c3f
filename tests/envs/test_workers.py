"""Threads that step slices of a batch: each slice once a turn, and none that nobody needs."""

import gc
import itertools
import os
import threading
import time
import weakref

import numba
import numpy as np
import pytest

import hft_gym.envs.workers as crew_module
from hft_gym.envs.workers import Workers, _dismiss
from hft_gym.kernel.jit import kernel

pytestmark = pytest.mark.kernel
compiled_only = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="there are no threads")
ENVS = 13


FORBIDDEN = -7


class Watched(np.ndarray):
    """An array that can be referred to weakly."""


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


def assert_threads(count):
    """Wait until there are so many."""
    deadline_s = time.monotonic() + 20
    while len(threads()) != count and time.monotonic() < deadline_s:
        gc.collect()
        time.sleep(0.01)
    assert len(threads()) == count


@compiled_only
@pytest.mark.parametrize("closed", [True, False])
def test_threads_end_when_a_batch_is_closed_or_forgotten(closed):
    assert_threads(0)
    workers = Workers(step, ENVS, 4)
    one_step(workers, state(), np.ones((ENVS, 2), np.int64))
    assert_threads(3)
    if closed:
        workers.close()
        workers.close()
        with pytest.raises(RuntimeError, match="closed"):
            one_step(workers, state(), np.ones((ENVS, 2), np.int64))
    del workers
    assert_threads(0)


@compiled_only
@pytest.mark.parametrize("where", ["_ask", "_have_done"])
@pytest.mark.parametrize("asleep", [True, False])
def test_an_interrupt_leaves_a_batch_that_goes_on(monkeypatch, where, asleep):
    workers, mine = Workers(step, ENVS, 3), state()
    actions = np.ones((ENVS, 2), np.int64)
    one_step(workers, mine, actions)
    if asleep:
        time.sleep(0.02)
    kernel, calls = getattr(crew_module, where), []

    def interrupted(*arguments):
        found = kernel(*arguments)
        calls.append(found)
        if len(calls) == 1 + (where == "_have_done"):  # the first waits for what was before
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(crew_module, where, interrupted)
    with pytest.raises(KeyboardInterrupt):
        one_step(workers, mine, actions)
    monkeypatch.undo()
    done = mine["envs"].copy()
    time.sleep(0.005)
    assert np.array_equal(mine["envs"], done)  # nobody is at work any more
    one_step(workers, mine, actions)
    assert np.array_equal(mine["envs"], done + 1)
    workers.close()


@compiled_only
def test_what_is_lent_lives_as_long_as_the_threads():
    workers, mine = Workers(step, ENVS, 2), state()
    actions = np.ones((ENVS, 2), np.int64)
    one_step(workers, mine, actions)
    one_step(workers, mine, actions)
    crew, workers._crew = workers._crew, None
    crew.dismiss.detach()  # forgotten in the midst of a turn
    array = np.zeros(3).view(Watched)
    seen, crew._lent[0] = weakref.ref(array), (array,)
    mails, bell = crew._mails, crew._bells[0]
    del crew, array
    gc.collect()
    assert seen() is not None
    mails["asked_count"] = -1
    bell.set()
    assert_threads(0)
    gc.collect()
    assert seen() is None


@compiled_only
def test_a_fork_steps_with_threads_of_its_own():
    workers, mine = Workers(step, ENVS, 3), state()
    actions = np.ones((ENVS, 2), np.int64)
    one_step(workers, mine, actions)
    crew = workers._crew
    locks = [bell._cond for bell in crew._bells]
    for lock in locks:
        lock.acquire()  # as a thread may hold it at that moment
    crew.process = -1  # as a process that was forked sees it
    one_step(workers, mine, actions)
    assert workers._crew is not crew
    assert set(mine["envs"]) == {2}
    for lock in locks:
        lock.release()
    crew.process = os.getpid()
    _dismiss(crew._mails, crew._bells, os.getpid())
    workers.close()


@compiled_only
def test_an_error_that_lasts_is_not_tried_again_without_being_asked(monkeypatch):
    calls = []

    def failing(*_):
        calls.append(1)
        raise MemoryError("no more")

    workers, mine = Workers(step, ENVS, 2), state()
    monkeypatch.setattr(crew_module, "compiled_for", lambda *_: None)
    monkeypatch.setattr(crew_module, "_serve", failing)
    for _ in range(3):
        with pytest.raises(MemoryError, match="no more"):
            one_step(workers, mine, np.ones((ENVS, 2), np.int64))
    time.sleep(0.02)  # a bell that was rung twice may still be heard
    tried = len(calls)
    time.sleep(0.05)
    assert len(calls) <= tried + 1
    workers.close()


@compiled_only
def test_batches_side_by_side_do_not_disturb_each_other():
    crews = [(Workers(step, ENVS, 3), state()) for _ in range(3)]
    for turn, (workers, mine) in itertools.product(range(1, 50), crews):
        rewards = one_step(workers, mine, np.full((ENVS, 2), 2, np.int64))[1]
        assert set(rewards) == {2 * turn}
