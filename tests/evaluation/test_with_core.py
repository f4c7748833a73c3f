"""Judging on the real core over a small generated market."""

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.dataset import Dataset
from hft_gym.envs.defaults import MARKET_FEATURES, MODELS
from hft_gym.envs.grid import ByTime
from hft_gym.evaluation.rollout import RulePolicy, held_out_windows, judge
from hft_gym.evaluation.trace import trace
from hft_gym.strategies.avellaneda_stoikov import AvellanedaStoikov
from hft_gym.strategies.calibration import sample_of
from hft_gym.strategies.do_nothing import DoNothing
from hft_gym.strategies.fixed_spread import FixedSpread
from hft_gym.strategies.random import Random
from hft_gym.tape.build import build_tapes
from hft_gym.tape.generated import GeneratedMarket, generate

EPISODE = 100

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("market")
    generate(GeneratedMarket(days=1, session_s=120), folder)
    return Dataset.of(build_tapes(folder, cache=folder / "cache"), ByTime(100.0), MARKET_FEATURES)


@pytest.fixture(scope="module")
def windows(dataset):
    return held_out_windows(dataset, EPISODE)


def core_of(dataset, num_envs, autoreset=True):
    return BatchCore(dataset, MODELS, num_envs, episode_decisions=EPISODE, autoreset=autoreset)


def rules(dataset):
    calibrated = AvellanedaStoikov().calibrated(sample_of(dataset))
    return [DoNothing(), Random(), FixedSpread(0), calibrated]


def test_batch_size_and_autoreset_do_not_change_the_episodes(dataset, windows):
    whole = core_of(dataset, len(windows))
    chunks = core_of(dataset, 3, autoreset=False)
    for rule in rules(dataset):
        got = judge(whole, RulePolicy(rule), windows).episodes
        assert got["tape"].tolist() == windows[:, 0].tolist()
        assert got["start_decision"].tolist() == windows[:, 1].tolist()
        assert (got["steps"] == EPISODE).all()
        assert np.array_equal(got, judge(chunks, RulePolicy(rule), windows).episodes)


def test_doing_nothing_costs_nothing(dataset, windows):
    got = judge(core_of(dataset, 4), RulePolicy(DoNothing()), windows).episodes
    for column in ("reward", "pnl_ticks", "fees_ticks", "lots_traded", "quotes"):
        assert not got[column].any()


def test_a_trace_adds_up_to_its_episode(dataset, windows):
    core = core_of(dataset, 2)
    for rule in rules(dataset)[1:]:
        table = judge(core, RulePolicy(rule), windows)
        for number in (0, len(windows) - 1):
            got = trace(core, RulePolicy(rule), windows[number])
            assert got.episode == table.episodes[number]
            fills, episode = got.fills, got.episode
            assert len(got.t_ns) == EPISODE + 1
            assert (np.diff(got.t_ns) == 100_000_000).all()
            assert fills["lots"].sum() == episode["lots_traded"]
            bought = fills["side"] * fills["lots"]
            assert bought.sum() == episode["final_position_lots"]
            assert np.isfinite(fills["px_ticks"]).all()


def test_calibration_finds_the_size_of_the_market(dataset):
    got = AvellanedaStoikov().calibrated(sample_of(dataset))
    assert 0.2 < got.sigma_ticks < 5.0
    assert 0.2 < got.k_per_tick < 20.0
    # nothing outside the spans is looked at
    half = dataset.between(0.0, 0.5)
    last_ns = half.markets[0].decisions["ts_local_ns"][half.spans["stop_decision"][0] - 1]
    sample = sample_of(half)
    assert sample.decision_t_ns[-1] == last_ns
    assert sample.trade_t_ns.max() <= last_ns
