"""Histories across steps, ends and beginnings; and every form in real environments."""

from copy import deepcopy

import gymnasium as gym
import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MARKET_FEATURES, MODELS
from hft_gym.envs.market_making import MarketMakingEnv, MarketMakingVectorEnv
from hft_gym.envs.observations.books import levels_of
from hft_gym.envs.observations.by_name import ByName
from hft_gym.envs.observations.flat import Flat
from hft_gym.envs.observations.lob import Lob
from hft_gym.envs.observations.observer import Observer
from hft_gym.envs.observations.stacked import Stacked
from hft_gym.envs.records import ENV_DTYPE
from tests.envs.samples import generated_dataset, random_actions, random_dataset

FORMS = (Stacked(3), Lob(5), Lob(5, 4), ByName(5, 2))
EPISODE, STEPS, ENVS = 12, 40, 6


@pytest.mark.parametrize("autoreset", [True, False])
def test_a_history_begins_anew_with_its_episode(autoreset):
    random = np.random.default_rng(3)
    observer = Observer(Stacked(3), random_dataset(), 1, 4)
    width, envs = len(MARKET_FEATURES) + 1, np.zeros(4, ENV_DTYPE)
    rows = random.normal(size=(4, width)).astype(np.float32)
    shown = observer.first(rows, np.ones(4, bool), envs)
    expected = [[row] * 3 for row in rows]
    assert np.array_equal(shown, expected)
    for _ in range(30):
        rows, final = random.normal(size=(2, 4, width)).astype(np.float32)
        ended = random.random(4) < 0.2
        envs["is_done"] = ended & (not autoreset)
        shown = observer.next(rows, ended, final, envs)
        for k in range(4):
            expected[k] = [*expected[k][1:], final[k] if ended[k] else rows[k]]
            if ended[k]:
                assert np.array_equal(observer.final_history[k], expected[k])
                if autoreset:
                    expected[k] = [rows[k]] * 3
        assert np.array_equal(shown, expected)
        assert np.array_equal(observer.present(rows, envs), shown)
    began = np.array([True, False, True, False])
    rows = random.normal(size=(4, width)).astype(np.float32)
    shown = observer.first(rows, began, envs)
    assert np.array_equal(shown[began], np.repeat(rows[began, None], 3, 1))
    assert np.array_equal(shown[~began], np.array(expected)[~began])


def run(model):
    """Observations and final observations of a run, and where each was."""
    core = BatchCore(
        generated_dataset(), MODELS._replace(observation=model), ENVS, episode_decisions=EPISODE
    )
    shown = [core.reset(np.arange(ENVS), stagger=True)]
    places, ends = [core.view()[["tape", "decision"]]], []
    for action in random_actions(STEPS, ENVS):
        observations, _, terminated, truncated = core.step(action)
        shown.append(observations)
        places.append(core.view()[["tape", "decision"]])
        ended = terminated | truncated
        ends.append((ended, deepcopy(core.final_observations), core.finished.copy()))
    return shown, places, ends


@pytest.fixture(scope="module")
def flat():
    return run(Flat())


def history(flat, t, k, steps):
    """The latest rows of environment k at step t, as the flat run showed them."""
    shown, _, ends = flat
    rows = [shown[t][k]]
    while len(rows) < steps:
        t -= 1
        rows.insert(0, rows[0] if t < 0 or ends[t][0][k] else shown[t][k])
        if t < 0 or ends[t][0][k]:
            t = 0  # nothing earlier belongs to this episode
            rows = [rows[0]] * (steps - len(rows)) + rows
    return np.array(rows)


@pytest.mark.slow
def test_stacked_rows_are_those_of_the_flat_run(flat):
    shown, _, ends = run(Stacked(3))
    for t, observations in enumerate(shown):
        for k in range(ENVS):
            assert np.array_equal(observations[k], history(flat, t, k, 3))
    count = 0
    for t, (ended, final, _) in enumerate(ends):
        for k in np.flatnonzero(ended):
            assert np.array_equal(final[k, -1], flat[2][t][1][k])
            assert np.array_equal(final[k, :-1], history(flat, t, k, 2))
            count += 1
    assert count > ENVS


@pytest.mark.slow
def test_the_book_is_that_of_the_decision(flat):
    shown, places, ends = run(ByName(5, 2))
    markets, shape = generated_dataset().markets, ByName(5, 2).book()
    tables = [levels_of(market, shape) for market in markets]

    def check(observation, k, row, tape, decision):
        assert np.array_equal(observation["market"][k], row[: len(MARKET_FEATURES)])
        assert np.array_equal(observation["own"][k], row[len(MARKET_FEATURES) :])
        for step in (0, 1):
            expected = tables[tape][max(0, decision - 1 + step)]
            assert np.array_equal(observation["book"][k, :, :, step], expected.T)

    for t, (observation, place) in enumerate(zip(shown, places, strict=True)):
        for k in range(ENVS):
            check(observation, k, flat[0][t][k], place["tape"][k], place["decision"][k])
    for t, (ended, final, finished) in enumerate(ends):
        for k in np.flatnonzero(ended):
            last = finished["start_decision"][k] + finished["steps"][k]
            check(final, k, flat[2][t][1][k], finished["tape"][k], last)


def same(first, second):
    """Whether two observations of one environment are equal, whatever the order of their parts."""
    if isinstance(first, dict):
        return set(first) == set(second) and all(same(first[k], second[k]) for k in first)
    return np.array_equal(first, second)


@pytest.mark.slow
@pytest.mark.parametrize("model", FORMS, ids=repr)
def test_gymnasium_takes_every_form(model):
    models = MODELS._replace(observation=model)
    options = {"data": generated_dataset(), "models": models, "episode_decisions": EPISODE}
    env = MarketMakingEnv(**options)
    observation, _ = env.reset(seed=1)
    assert env.observation_space.contains(observation)
    envs = MarketMakingVectorEnv(3, **options)
    batch, _ = envs.reset(seed=1)
    assert envs.observation_space.contains(batch)
    first = next(iter(gym.vector.utils.iterate(envs.observation_space, batch)))
    assert same(first, observation)  # the first of the batch is the single one
    for action in random_actions(EPISODE, 3):
        observation, *_, info = env.step(action[0])
        batch, *_, infos = envs.step(action)
        assert env.observation_space.contains(observation)
        assert envs.observation_space.contains(batch)
    assert "trading" in info
    finals = infos["final_obs"]
    assert all(env.observation_space.contains(final) for final in finals)
    assert same(finals[0], observation)


@pytest.mark.slow
@pytest.mark.parametrize("model", [Stacked(3), ByName(5, 2)], ids=repr)
def test_a_state_comes_back_with_its_history(model):
    core = BatchCore(
        generated_dataset(), MODELS._replace(observation=model), 3, episode_decisions=EPISODE
    )
    core.reset(np.arange(3))
    actions = random_actions(30, 3)
    for action in actions[:8]:
        core.step(action)
    state = core.get_state()
    here = core.observe()
    later = [core.step(action)[0] for action in actions[8:]]
    core.set_state(state)
    assert same(core.observe(), here)
    assert all(same(core.step(a)[0], seen) for a, seen in zip(actions[8:], later, strict=True))
