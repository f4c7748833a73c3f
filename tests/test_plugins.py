"""A plug-in of each kind: one file and one option in a folder that the project knows nothing of."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate

from agents import build, schema, settings
from hft_gym.envs.core import BatchCore
from hft_gym.envs.dataset import Dataset
from hft_gym.envs.grid import ByTime
from hft_gym.envs.interfaces import begin_acting, carry_out, record_of
from hft_gym.envs.records import SETTINGS_DTYPE
from hft_gym.features.book import Spread
from hft_gym.kernel import jit
from hft_gym.kernel.jit import enable_cache
from hft_gym.market.latencies.constant import Constant
from hft_gym.market.records import Action
from hft_gym.tape.rows import Kind
from tests.envs.sent import MARKET, TAPE, env_of, sent
from tests.random_tapes import random_tape

OUTSIDE = Path(__file__).parent / "outside"
CONF = str(Path(__file__).resolve().parents[1] / "conf")
KINDS = ("features", "action", "reward", "latency", "queue", "fees", "task")
FEED_NS, EPISODE, ENVS = 20_000, 15, 4


@pytest.fixture(scope="module", autouse=True)
def strangers_leave_again():
    """Else every test after these would look for its kernels in the folder they share."""
    before = dict(jit._outside_sources)
    yield
    jit._outside_sources.clear()
    jit._outside_sources.update(before)
    enable_cache()


def composed(monkeypatch, *overrides):
    """Settings with the folder of strangers on the paths of Python and of Hydra."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(OUTSIDE)])
    schema.register()
    with initialize_config_dir(CONF, version_base="1.3"):
        where = f"hydra.searchpath=[file://{OUTSIDE / 'conf'}]"
        return settings.of_new_run(compose("config", [where, *overrides]))


def test_they_are_chosen_by_name(monkeypatch):
    parts = build.models(composed(monkeypatch, *(f"{kind}=mine" for kind in KINDS)))
    market = parts.market
    chosen = (market.latency.entry, market.queue, market.fees, *parts[1:3], *parts.own_features)
    assert type(parts.task).__name__ == "MessageBudget"
    names = [type(part).__name__ for part in chosen]
    assert names == ["Slowing", "Half", "PerFill", "SameDistance", "MyReward", "MessagesSent"]
    assert parts.action.distances == 2
    assert parts.reward.per_lot == 0.5


def test_or_by_their_path_alone(monkeypatch):
    parts = build.models(
        composed(
            monkeypatch,
            "reward=pnl",
            "reward._target_=my_reward.MyReward",
            "+reward.per_lot=2",
            "queue._target_=my_queue.Half",
        )
    )
    assert parts.reward.per_lot == 2
    assert parts.market.queue.share == 0.5


@pytest.mark.kernel
def test_a_placement_rule_places_orders(monkeypatch):
    parts = build.models(composed(monkeypatch, "task=trading", "placement=mine"))
    env = env_of(record_of(parts), bid=100, ask=103)
    settings_row = np.zeros(1, SETTINGS_DTYPE)[0]
    settings_row["max_position_lots"] = 10
    begin_acting(parts.action, env)
    carry_out(parts.action, MARKET, TAPE, env, 2, settings_row)
    assert sent(env) == [(Action.NEW, 0, 1, 99, 1)]


@pytest.mark.kernel
def test_an_action_sends_its_own_messages(monkeypatch):
    parts = build.models(composed(monkeypatch, "action=mine_alone"))
    env = env_of(record_of(parts), bid=100, ask=103)
    settings_row = np.zeros(1, SETTINGS_DTYPE)[0]
    told = []
    for choice in (1, 1, 0):
        carry_out(parts.action, MARKET, TAPE, env, choice, settings_row)
        told.append(sent(env))
    assert told == [[(Action.NEW, 0, 1, 100, 3)], [], [(Action.CANCEL, 0, 1, 100, 0)]]


def test_a_clock_says_when_decisions_are_made(monkeypatch):
    clock = instantiate(composed(monkeypatch, "env=mine").env.step)
    tape = random_tape(40, 300)
    found = Dataset.of([tape], clock, (Spread(),), Constant(FEED_NS)).markets[0].decisions
    rows = np.flatnonzero((tape.kind == Kind.TRADE) & (tape.lots >= 8))
    assert 5 < found.size <= rows.size
    assert (found["ts_local_ns"] == tape.ts_local_ns[found["row"] - 1] + FEED_NS).all()


@pytest.mark.long
def test_all_at_once_in_one_environment(monkeypatch):
    config = composed(monkeypatch, *(f"{kind}=mine" for kind in KINDS))
    enable_cache()
    tape = random_tape(40, 1500)
    features = build._instances(config.features.market)
    dataset = Dataset.of([tape], ByTime(2.0), features, Constant(FEED_NS))
    runs = {}
    for reward in ("mine", "plain"):
        config = composed(
            monkeypatch, *(f"{kind}=mine" for kind in KINDS if kind != "reward"), f"reward={reward}"
        )
        core = BatchCore(dataset, build.models(config), ENVS, episode_decisions=EPISODE)
        core.reset(np.arange(ENVS))
        runs[reward] = [
            (*core.step(actions), core.envs.copy(), core.finished.copy())
            for actions in np.random.default_rng(0).integers(0, 2, (3 * EPISODE, ENVS))
        ]
    check(runs["mine"], dataset.markets[0])
    for compiled, plain in zip(runs["mine"], runs["plain"], strict=True):
        assert compiled[1] == pytest.approx(plain[1], abs=1e-5)  # rewards
        assert np.array_equal(compiled[0], plain[0])


def check(run, market):
    """Each part did what its author wrote."""
    trades = market.tape.kind == Kind.TRADE
    fills = 0
    for observations, rewards, terminated, truncated, envs, _ in run:
        for k in np.flatnonzero(~(truncated | terminated)):
            env, trader = envs[k], envs[k]["trader"]
            seen = trades[: market.decisions[env["decision"]]["row"]].sum()
            assert observations[k, 0] <= seen / 50 + 1e-6
            assert observations[k, 1] == pytest.approx(trader["messages_sent"] / 100)
            held = abs(int(trader["known_position_lots"]))
            assert rewards[k] == pytest.approx(env["step_pnl_ticks"] - 0.5 * held, abs=1e-5)
            count = trader["bid_fills"] + trader["ask_fills"]
            assert trader["fees_microticks"] == 2_000_000 * count
            assert env["target_lots"].tolist() == [2, 2]
            fills += int(count)
    assert fills > 0
    assert run[-1][-1]["quotes"].any()
    for _, _, terminated, truncated, _, finished in run:
        ended = finished[terminated | truncated]
        assert (ended["is_spent"] == (ended["quotes"] >= 6)).all()
        assert (finished[terminated]["quotes"] >= 6).all()
    assert any(step[2].any() for step in run)
