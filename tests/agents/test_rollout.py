import copy

import numpy as np
import pytest
import torch
from gymnasium import spaces
from stable_baselines3.common.buffers import RolloutBuffer

from agents.rollout import TensorRolloutBuffer

STEPS, ENVS = 6, 4
OBS = spaces.Box(-1.0, 1.0, (3,), np.float32)
ACTIONS = spaces.MultiDiscrete([3, 3])
READ = ("observations", "actions", "old_values", "old_log_prob", "advantages", "returns")


def filled(kind, seed=0, space=ACTIONS):
    random = np.random.default_rng(seed)
    buffer = kind(STEPS, OBS, space, "cpu", gae_lambda=0.9, gamma=0.95, n_envs=ENVS)
    for again in range(2):  # the second rollout writes over the first
        buffer.reset()
        random = np.random.default_rng(seed + again)
        for _ in range(STEPS):
            obs = random.normal(size=(ENVS, 3)).astype(np.float32)
            starts = random.random(ENVS) < 0.3
            actions = np.array([space.sample() * 0 + random.integers(3) for _ in range(ENVS)])
            rewards = random.normal(size=ENVS).astype(np.float32)
            values = torch.from_numpy(random.normal(size=(ENVS, 1)).astype(np.float32))
            log_probs = torch.from_numpy(random.normal(size=ENVS).astype(np.float32))
            if kind is RolloutBuffer:
                buffer.add(obs, actions, rewards, starts, values, log_probs)
            else:
                np.testing.assert_array_equal(buffer.begin_step(obs, starts).numpy(), obs)
                buffer.end_step(actions, rewards, values, log_probs)
        last = torch.from_numpy(random.normal(size=(ENVS, 1)).astype(np.float32))
        buffer.compute_returns_and_advantage(last, random.random(ENVS) < 0.5)
    return buffer


@pytest.mark.parametrize("space", [ACTIONS, spaces.Discrete(3)], ids=str)
def test_it_holds_what_sb3s_own_holds(space):
    ours, theirs = filled(TensorRolloutBuffer, space=space), filled(RolloutBuffer, space=space)
    assert ours.full
    for name in ("observations", "actions", "rewards", "episode_starts", "values", "log_probs"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    for name in ("advantages", "returns"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-5, atol=1e-6)


def test_batches_are_every_sample_once_and_belong_together():
    buffer = filled(TensorRolloutBuffer)
    plain = filled(RolloutBuffer)
    for batch_size in (7, None):
        parts = list(buffer.get(batch_size))
        assert [len(p.returns) for p in parts] == ([7, 7, 7, 3] if batch_size else [24])
        ours = [np.concatenate([getattr(p, name).numpy() for p in parts]) for name in READ]
        (whole,) = plain.get()
        theirs = [getattr(whole, name).numpy() for name in READ]
        orders = [np.argsort(arrays[0][:, 0]) for arrays in (ours, theirs)]
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a[orders[0]], b[orders[1]], rtol=1e-5, atol=1e-6)
        plain = filled(RolloutBuffer)


def test_a_rollout_that_is_not_complete_gives_nothing():
    buffer = filled(TensorRolloutBuffer)
    buffer.reset()
    with pytest.raises(AssertionError, match="not complete"):
        next(buffer.get(4))


def test_arrays_are_made_once_and_read_in_place():
    buffer = filled(TensorRolloutBuffer)
    before = buffer.observations
    buffer.reset()
    assert buffer.observations is before
    shown = buffer.begin_step(np.ones((ENVS, 3), np.float32), np.zeros(ENVS))
    assert np.shares_memory(before, shown.numpy())


def test_a_copy_reads_its_own_arrays():
    buffer = copy.deepcopy(filled(TensorRolloutBuffer))
    buffer.observations[:] = 7.0
    (whole,) = buffer.get()
    assert (whole.observations == 7.0).all()
