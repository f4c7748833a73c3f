"""A trace tells the same story as the episode's record."""

import numpy as np
import pytest

from hft_gym.evaluation.rollout import RulePolicy, judge
from hft_gym.evaluation.trace import trace
from hft_gym.strategies.do_nothing import DoNothing
from hft_gym.strategies.fixed_spread import FixedSpread
from tests.evaluation.fake_core import MAKER_TICKS, OPEN_NS, STEP_NS, FakeCore
from tests.evaluation.samples import STEPS, one_trace, windows


@pytest.mark.parametrize("offset_ticks", [0, 1, 3])
def test_fills_add_up_to_the_episode(offset_ticks):
    got = one_trace(offset_ticks)
    side, lots, px = got.fills["side"], got.fills["lots"], got.fills["px_ticks"]
    assert lots.sum() == got.episode["lots_traded"]
    assert lots[side > 0].sum() == got.episode["bid_fills"]  # of one lot each
    assert (side * lots).sum() == got.episode["final_position_lots"] == got.position_lots[-1]
    cash = -(side * lots * px).sum() - MAKER_TICKS * lots.sum()
    core = FakeCore(1)
    last = windows()[3, 2]
    mark = (core.bid[0, last] + core.ask[0, last]) / 2.0
    assert cash + got.position_lots[-1] * mark == pytest.approx(got.pnl_ticks[-1])


def test_prices_of_one_sided_steps_are_the_quotes():
    got = one_trace(1)
    step = np.searchsorted(got.t_ns, got.fills["t_ns"]) - 1
    single = np.bincount(step)[step] == 1
    assert single.any()
    bought = got.fills["side"] > 0
    quote = np.where(bought, got.bid_ticks[step] - 1, got.ask_ticks[step] + 1)
    assert got.fills["px_ticks"][single].tolist() == quote[single].tolist()


def test_time_touch_and_quotes():
    got = one_trace(1)
    start = OPEN_NS + windows()[3, 1] * STEP_NS
    assert got.t_ns.tolist() == [start + k * STEP_NS for k in range(STEPS + 1)]
    assert (np.diff(got.fills["t_ns"]) >= 0).all()
    assert np.isnan(got.own_bid_ticks[0])  # nothing sent yet
    assert got.own_bid_ticks[1] == got.bid_ticks[0] - 1
    assert got.own_ask_ticks[1] == got.ask_ticks[0] + 1
    assert got.pnl_ticks[-1] == got.episode["pnl_ticks"]


def test_is_the_episode_that_is_judged_and_other_rows_do_not_matter():
    window = windows()[5]
    judged = judge(FakeCore(1), RulePolicy(FixedSpread(2)), window[None]).episodes[0]
    for num_envs in (1, 4):
        got = trace(FakeCore(num_envs), RulePolicy(FixedSpread(2)), window)
        assert got.episode == judged
        assert got.tape == window[0]


def test_nothing_done_is_an_empty_trace():
    got = trace(FakeCore(1), RulePolicy(DoNothing()), windows()[0])
    assert len(got.fills) == 0
    assert not got.position_lots.any()
    assert np.isnan(got.own_ask_ticks).all()
