"""Episodes begin anywhere that fits, with the book as it stands there, and end in money."""

import math

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MODELS
from tests.envs.samples import LATE_NEWS, random_actions

pytestmark = pytest.mark.slow

EPISODE = 25


def test_starts_are_spread_evenly_over_what_fits(dataset):
    part = dataset.on_tapes([0, 2]).between(0.5, 0.6)  # two stretches of 60 decisions
    core = BatchCore(part, MODELS, 5_000, episode_decisions=20)
    core.reset(np.arange(5_000))
    view = core.view()
    places = 60 - 20
    assert set(view["tape"]) == {0, 2}
    assert (view["decision"].min(), view["decision"].max()) == (300, 300 + places - 1)
    counts = np.array([
        np.bincount(view["decision"][view["tape"] == tape] - 300, minlength=places)
        for tape in (0, 2)
    ])  # fmt: skip
    share = 1 / (2 * places)
    error = math.sqrt(5_000 * share * (1 - share))
    assert np.abs(counts - 5_000 * share).max() < 4.5 * error


def test_stretches_too_short_are_left_out(dataset):
    part = dataset.between(0.0, 0.05)  # 30 decisions on each tape
    core = BatchCore(part, MODELS, 200, episode_decisions=29)
    core.reset(np.arange(200))
    assert set(core.view()["decision"]) == {0}
    assert set(core.view()["tape"]) == {0, 1, 2}


def test_an_episode_ends_flat_at_the_touch(dataset):
    core = BatchCore(dataset, LATE_NEWS, 32, episode_decisions=EPISODE, autoreset=False)
    core.reset(np.arange(32))
    for action in random_actions(EPISODE, 32, seed=7):
        core.step(action)
    fees = LATE_NEWS.market.fees
    for env, record in zip(core.envs, core.finished, strict=True):
        trader = env["trader"]
        position, lots = int(trader["position_lots"]), int(trader["lots_traded"])
        assert record["final_position_lots"] == position
        closing_px = env["bid_ticks"] if position > 0 else env["ask_ticks"]
        paid = fees.maker_ticks * lots + fees.taker_ticks * abs(position)
        assert record["fees_ticks"] == pytest.approx(paid, abs=1e-5)
        money = trader["cash_ticks"] + position * int(closing_px) - paid
        assert record["pnl_ticks"] == pytest.approx(money, abs=1e-5)
        assert record["bid_fills"] + record["ask_fills"] >= record["lots_traded"] == lots
        assert record["quotes"] == trader["messages_sent"]
        # what the spread earned and what the mid then did to the position make the marked profit
        half_spread = 0.5 * (env["ask_ticks"] - env["bid_ticks"])
        marked = record["reward"] - abs(position) * (half_spread + fees.taker_ticks)
        assert record["pnl_ticks"] == pytest.approx(marked, abs=1e-5)
    assert np.abs(core.finished["final_position_lots"]).sum() > 5


def test_doing_nothing_is_nothing(dataset):
    core = BatchCore(dataset, MODELS, 4, episode_decisions=EPISODE)
    core.reset(np.arange(4))
    for _ in range(EPISODE):
        _, rewards, _, truncated = core.step(np.full((4, 2), 6))
        assert not rewards.any()
    assert truncated.all()
    for name in core.finished.dtype.names:
        if name not in ("tape", "start_decision", "steps"):
            assert not core.finished[name].any(), name
