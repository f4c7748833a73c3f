"""The paper's own example, to the digit, and the schedule that the rule follows."""

import math

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.strategies.almgren_chriss import (
    AlmgrenChriss,
    Impact,
    cost_variance,
    expected_cost,
    share_held,
    trajectory,
    urgency,
)
from tests.strategies.views import view_of

# Almgren & Chriss (2000), section 3.3: S0 = 50, X = 1e6 shares, T = N = 5 days
PAPER = Impact(sigma=0.95, temporary=2.5e-6, permanent=2.5e-7, fixed=0.0625, interval=1.0)
LOTS = 1e6


def test_without_risk_aversion_the_order_is_worked_off_evenly():
    held = trajectory(LOTS, 5, PAPER, 0.0)
    assert held == pytest.approx([1e6, 8e5, 6e5, 4e5, 2e5, 0.0])
    assert expected_cost(held, PAPER) == pytest.approx(662_500)
    assert cost_variance(held, PAPER) == pytest.approx(1.083e12)


def test_the_papers_example_with_risk_aversion():
    assert urgency(PAPER, 1e-6) == pytest.approx(0.607076, abs=5e-7)
    held = trajectory(LOTS, 5, PAPER, 1e-6)
    assert held[1:-1] == pytest.approx([541_955.6, 289_854.2, 147_897.5, 62_141.8], abs=0.06)
    assert held[-1] == 0.0
    assert expected_cost(held, PAPER) == pytest.approx(911_226.99, abs=0.01)
    assert cost_variance(held, PAPER) == pytest.approx(3.641286e11, rel=1e-6)


def test_it_is_the_best_of_all_schedules_near_by():
    best = trajectory(LOTS, 5, PAPER, 1e-6)
    random = np.random.default_rng(0)

    def utility(held):
        return expected_cost(held, PAPER) + 1e-6 * cost_variance(held, PAPER)

    for _ in range(200):
        other = best.copy()
        other[1:-1] += random.normal(0, 5_000, 4)
        assert utility(other) > utility(best)


def test_urgency_does_not_overflow():
    held = share_held(50.0, 1_000.0, np.array([0.0, 0.02, 1_000.0]))
    assert held == pytest.approx([1.0, math.exp(-1.0), 0.0])
    assert share_held(0.0, np.array([4.0, 0.0]), 1.0) == pytest.approx([0.75, 0.0])


def test_the_rule_trades_what_is_behind_its_schedule():
    rule = AlmgrenChriss(0.02, sigma_ticks=2.0, temporary_ticks_s=0.05, shares=100)
    steps = np.arange(20)
    held = share_held(urgency(Impact(2.0, 0.05, interval=0.25), 0.02), 5.0, 0.25 * (steps + 1))
    view = view_of(20, start_position_lots=-100, position_lots=-100, steps=steps)
    view["steps_left"] = 20 - steps
    view["time_left_ns"] = (20 - steps) * 250_000_000
    actions = rule.act(view)
    assert (actions[:, 0] == 5).all()
    assert actions[:, 1] + 1 == pytest.approx(100 - 100 * held, abs=0.51)
    view["position_lots"] = -np.ceil(100 * held)  # on schedule, or a lot ahead
    late = rule.act(view)
    assert set(late[:, 0].tolist()) <= {0, 5}
    assert (late[late[:, 0] == 5, 1] == 0).all()
    assert rule.name == "almgren_chriss"


@pytest.mark.parametrize("step_s", [0.002, 0.25, 30.0])
def test_the_schedule_keeps_to_the_clock_of_the_environment(step_s):
    rule = AlmgrenChriss(0.02, sigma_ticks=2.0, temporary_ticks_s=0.05, shares=200)
    view = view_of(1, start_position_lots=200, position_lots=200, steps=3, steps_left=17)
    view["time_left_ns"] = round(17 * step_s * 1e9)
    held = trajectory(200, 20, Impact(2.0, 0.05, interval=step_s), 0.02)
    assert rule.act(view)[0, 1] + 1 == pytest.approx(200 - held[4], abs=0.51)


def test_every_order_has_its_own_clock():
    rule = AlmgrenChriss(0.02, sigma_ticks=2.0, temporary_ticks_s=0.05, shares=200)
    fields = {"start_position_lots": 200, "position_lots": 200, "steps": 3, "steps_left": 17}
    view = view_of(3, **fields)
    view["time_left_ns"] = [10**8, 4 * 10**9, 0]
    alone = [rule.act(view[k : k + 1])[0].tolist() for k in range(3)]
    assert rule.act(view).tolist() == alone
    assert len({share for _, share in alone}) > 1


def test_permanent_impact_that_outweighs_the_temporary_one_is_told_when_it_acts():
    rule = AlmgrenChriss(sigma_ticks=1.0, permanent_ticks=1.0)
    view = view_of(1, start_position_lots=10, position_lots=7, steps=9, steps_left=1)
    view["time_left_ns"] = 250_000_000
    with pytest.raises(ConfigError, match="must exceed"):
        rule.act(view)


def test_the_last_decision_leaves_nothing():
    rule = AlmgrenChriss(0.0, sigma_ticks=1.0)
    view = view_of(1, start_position_lots=10, position_lots=7, steps=9, steps_left=1)
    assert rule.act(view).tolist() == [[5, 3]]  # 8 lots is the size that comes nearest


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"risk_aversion": -1.0}, "risk_aversion"),
        ({"sigma_ticks": -1.0}, "sigma_ticks"),
        ({"temporary_ticks_s": 0.0}, "temporary_ticks_s"),
    ],
)
def test_what_means_nothing_is_refused(fields, told):
    with pytest.raises(ConfigError, match=told):
        AlmgrenChriss(**fields)


def test_without_a_volatility_it_does_not_act():
    with pytest.raises(ConfigError, match="calibrated"):
        AlmgrenChriss().act(view_of(1, start_position_lots=3, position_lots=3))
