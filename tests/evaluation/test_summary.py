"""Figures of a policy, worked out by hand from three episodes."""

import math

import numpy as np
import pytest

from hft_gym.envs.records import EPISODE_DTYPE
from hft_gym.evaluation.rollout import EpisodeTable
from hft_gym.evaluation.summary import Basis, basis_of, paired_difference, summarise
from tests.evaluation.samples import ES


def table(name="x", pnl_ticks=(10.0, -2.0, 4.0), reward=(9.0, -3.0, 3.0)):
    episodes = np.zeros(3, EPISODE_DTYPE)
    episodes["tape"], episodes["start_decision"] = [0, 0, 1], [0, 100, 0]
    episodes["steps"] = [100, 100, 50]
    episodes["pnl_ticks"], episodes["reward"] = pnl_ticks, reward
    episodes["fees_ticks"] = [1.0, 2.0, 3.0]
    episodes["gross_spread_ticks"] = [3.0, 3.0, 9.0]
    episodes["bid_fills"], episodes["ask_fills"] = [1, 2, 3], [1, 0, 2]
    episodes["abs_position_lot_steps"] = [100.0, 50.0, 100.0]
    episodes["max_drawdown_ticks"] = [1.0, 6.0, 2.0]
    return EpisodeTable(name, episodes)


def test_summary_by_hand():
    got = summarise(table(), basis_of([table()], ES))
    t, deviation = 4.302652729749464, math.sqrt(36.0)
    assert got.pnl_ticks.mean == 4.0
    assert got.pnl_ticks.half_width == pytest.approx(t * deviation / math.sqrt(3))
    assert got.pnl_money.mean == 50.0
    assert got.pnl_money.half_width == pytest.approx(12.5 * got.pnl_ticks.half_width)
    assert got.reward.mean == 3.0
    assert got.sharpe_window == pytest.approx(4.0 / deviation)
    assert got.sharpe_year == pytest.approx(4.0 / deviation * math.sqrt(252 * 1.5))
    assert (got.drawdown_mean_ticks, got.drawdown_worst_ticks) == (3.0, 6.0)
    assert got.mean_abs_position_lots == 1.0  # 250 lot-steps in 250 steps
    assert (got.fills, got.spread_captured_ticks, got.fees_ticks) == (3.0, 5.0, 2.0)
    assert got.hit_rate == pytest.approx(2 / 3)


def test_basis_counts_windows_and_days():
    assert basis_of([table(), table("y")], ES) == Basis(ES, 3, 2, 1.5)
    assert basis_of([table()], ES, windows_per_day=39.0).windows_per_year == 252 * 39.0


def test_only_the_same_windows_compare():
    other = table("other")
    other.episodes["start_decision"][1] = 99
    with pytest.raises(ValueError, match="same windows"):
        basis_of([table(), other], ES)
    with pytest.raises(ValueError, match="same windows"):
        paired_difference(table(), other, "pnl_ticks")


def test_paired_difference_takes_away_the_common_fortune():
    common = np.array([100.0, -50.0, 7.0])
    ahead = table(reward=np.add(common, [1.0, 1.1, 0.9]))
    got = paired_difference(ahead, table(reward=common), "reward")
    assert got.mean == pytest.approx(1.0)
    assert got.low > 0.7
