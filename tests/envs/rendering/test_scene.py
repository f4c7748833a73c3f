"""What a picture shows is what the tape and the exchange say."""

from collections import Counter

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.rendering.scene import (
    LEVELS,
    MOMENT_DTYPE,
    MOMENTS,
    TRADES_LISTED,
    History,
    _fills,
    scene_of,
)
from hft_gym.tape.rows import Kind
from tests.envs.samples import random_actions

pytestmark = pytest.mark.slow


def replayed(tape, stop):
    """Lots by (side, price) before a row, one row after the other."""
    lots = Counter()
    rows = zip(tape.kind[:stop], tape.side[:stop], tape.px_ticks[:stop], tape.lots[:stop])  # noqa: B905
    for kind, side, px, size in rows:
        if kind == Kind.CLEAR:
            lots.clear()
        elif kind in (Kind.ADD, Kind.REDUCE):
            lots[int(side), int(px)] += int(size) if kind == Kind.ADD else -int(size)
    return lots


@pytest.mark.parametrize("k", [0, 1])
def test_depth_is_the_books(played, k):
    core, history = played
    scene, env = scene_of(core, k, history), core.envs[k]
    tape = core.dataset.markets[env["tape"]].tape
    lots = replayed(tape, int(env["trader"]["row"]))
    assert scene.px_ticks.size == 2 * LEVELS + 1
    assert (np.diff(scene.px_ticks) == -1).all()
    assert env["bid_ticks"] in scene.px_ticks
    assert env["ask_ticks"] in scene.px_ticks
    for px, bid, ask in zip(scene.px_ticks, scene.bid_lots, scene.ask_lots, strict=True):
        assert (bid, ask) == (lots[1, px], lots[-1, px])
    assert scene.bid_lots.sum() > 0


@pytest.mark.parametrize("k", [0, 1])
def test_trades_are_the_tapes(played, k):
    core, history = played
    scene, env = scene_of(core, k, history), core.envs[k]
    tape = core.dataset.markets[env["tape"]].tape
    known = np.flatnonzero(tape.kind[: env["trader"]["row"]] == Kind.TRADE)
    assert scene.trades.size >= TRADES_LISTED
    since = scene.trades["ts_local_ns"] >= scene.moments["ts_local_ns"][0]
    assert since.sum() == (tape.ts_local_ns[known] >= scene.moments["ts_local_ns"][0]).sum()
    last = known[-1]
    expected = (tape.ts_local_ns[last], tape.side[last], tape.px_ticks[last], tape.lots[last])
    assert scene.trades[-1].item() == expected


def test_orders_are_those_at_the_exchange(played):
    core, history = played
    seen = 0
    for k in range(2):
        orders = core.envs["trader"]["orders"][k]
        live = orders[orders["leaves_lots"] > 0]
        found = scene_of(core, k, history).orders
        assert [o.px_ticks for o in found] == live["px_ticks"].tolist()
        assert [o.ahead_lots for o in found] == live["ahead_lots"].tolist()
        assert [(o.side, o.leaves_lots) for o in found] == live[["side", "leaves_lots"]].tolist()
        seen += len(found)
    assert seen > 0


def test_fills_add_up_to_the_account(dataset):
    core = BatchCore(dataset, MODELS, 8, episode_decisions=200, autoreset=False)
    history = History(core)
    core.reset(np.arange(8))
    history.note()
    for action in np.minimum(random_actions(190, 8, stay=0.9), 1):
        core.step(action)
        history.note()
    for k in range(8):
        fills, trader = scene_of(core, k, history).fills, core.envs["trader"][k]
        assert (fills["side"] * fills["lots"]).sum() == trader["position_lots"]
        assert fills["lots"].sum() == trader["lots_traded"]
        both = len(set(fills["ts_local_ns"].tolist())) < fills.size
        cash = -(fills["side"] * fills["lots"] * fills["px_ticks"]).sum()
        assert both or cash == trader["cash_ticks"]
    assert core.envs["trader"]["lots_traded"].sum() > 10


def test_the_past_is_this_episodes_alone(played):
    core, history = played
    moments = scene_of(core, 1, history).moments
    assert moments["steps"].tolist() == list(range(61))
    assert moments["decision"].tolist() == list(range(30, 91))
    history = History(core)
    assert history.of(0)["steps"].tolist() == [60]  # nobody has noted anything: only now
    state = core.get_state()
    for _ in range(3):
        core.step(np.zeros((2, 2), np.int64))
        history.note()
    assert history.of(0)["steps"].tolist() == [60, 61, 62, 63]
    core.set_state(state)
    history.clear()
    assert history.of(0)["steps"].tolist() == [60]


def test_only_the_latest_are_kept(dataset):
    core = BatchCore(dataset, MODELS, 1, episode_decisions=500)
    history = History(core)
    core.reset_at(np.array([[0, 0, 500]]))
    history.note()
    for _ in range(MOMENTS + 40):
        core.step(np.full((1, 2), 6))
        history.note()
    moments = history.of(0)
    assert moments["steps"].tolist() == list(range(41, MOMENTS + 41))
    assert moments["decision"][-1] == core.envs["decision"][0]


def test_fills_of_both_sides_in_a_step_are_shown_where_we_stood_or_at_the_touch():
    moments = np.zeros(2, MOMENT_DTYPE)
    moments["bid_ticks"], moments["ask_ticks"] = 100, 103
    moments["own_bid_ticks"], moments["own_bid_lots"] = 99, 2
    moments["lots_traded"] = [0, 2]
    fills = _fills(moments)[["side", "px_ticks", "lots"]]
    assert fills.tolist() == [(1, 99, 1), (-1, 103, 1)]
