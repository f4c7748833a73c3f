"""One step of a batch: what is observed, and the kernels behind it."""

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MARKET_FEATURES, MODELS, OWN_FEATURES
from hft_gym.envs.step import bind
from hft_gym.features.interfaces import CLIP, own_value
from tests.envs.samples import random_actions

pytestmark = pytest.mark.slow

EPISODE = 20


def test_an_observation_is_the_market_then_our_own(dataset):
    core = BatchCore(dataset, MODELS, 3, episode_decisions=EPISODE)
    observations = core.reset(np.arange(3))
    width = len(MARKET_FEATURES)
    for action in random_actions(3 * EPISODE, 3):
        view = core.view()
        for k in range(3):
            market = dataset.markets[view["tape"][k]]
            expected = market.features[view["decision"][k]]
            assert np.array_equal(observations[k, :width], expected)
            env, now = core.envs[k], int(view["ts_local_ns"][k])
            own = [own_value(feature, env, now) for feature in OWN_FEATURES]
            assert observations[k, width:] == pytest.approx(np.clip(own, -CLIP, CLIP), abs=1e-6)
        observations, *_ = core.step(action)


def test_a_step_goes_to_the_next_decision(dataset):
    core = BatchCore(dataset, MODELS, 2, episode_decisions=EPISODE)
    core.reset(np.arange(2))
    before = core.view()
    for action in random_actions(EPISODE - 1, 2):
        core.step(action)
        after = core.view()
        assert (after["decision"] == before["decision"] + 1).all()
        assert (after["ts_local_ns"] - before["ts_local_ns"] == 100_000_000).all()
        decisions = [dataset.markets[v["tape"]].decisions[v["decision"]] for v in after]
        for name in ("bid_ticks", "ask_ticks", "bid_lots", "ask_lots"):
            assert after[name].tolist() == [d[name] for d in decisions]
        assert core.envs["trader"]["row"].tolist() == [d["row"] for d in decisions]
        before = after


def test_models_make_kernels():
    kernels = bind(MODELS)
    assert len({kernels.step, kernels.begin, kernels.begin_at}) == 3
    assert bind(MODELS).step is not kernels.step  # each batch has its own
