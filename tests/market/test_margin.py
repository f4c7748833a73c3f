"""Margin by the lot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hft_gym.errors import ConfigError
from hft_gym.market.margin import (
    Margin,
    initial_microticks,
    is_called,
    maintenance_microticks,
    most_lots,
)

pytestmark = pytest.mark.kernel

TICK = 1_000_000
MARGIN = Margin(capital_ticks=1_000, initial_ticks=200, maintenance_ticks=150)


@pytest.mark.parametrize(
    ("position", "bids", "asks", "lots"),
    [(0, 3, 1, 3), (2, 1, 7, 5), (-4, 2, 1, 5), (3, 0, 0, 3)],
)
def test_initial_margin_is_that_of_the_worst_position(position, bids, asks, lots):
    assert initial_microticks(MARGIN, position, bids, asks) == lots * 200 * TICK


def test_a_call_comes_when_equity_falls_below_maintenance():
    assert maintenance_microticks(MARGIN, -4) == 600 * TICK
    assert not is_called(MARGIN, -4, -400 * TICK)
    assert is_called(MARGIN, -4, -400 * TICK - 1)
    assert not is_called(Margin(), 100, -1)


@given(st.integers(0, 10**6), st.integers(1, 10**4), st.integers(-(10**12), 10**12))
def test_the_largest_position_is_covered_and_one_lot_more_is_not(capital, initial, pnl):
    margin = Margin(capital, initial)
    lots = most_lots(margin, pnl)
    equity = capital * TICK + pnl
    assert lots == 0 or initial_microticks(margin, lots, 0, 0) <= equity
    assert initial_microticks(margin, lots + 1, 0, 0) > equity


@pytest.mark.parametrize("wrong", [Margin(100, -1), Margin(0, 5), Margin(-5, 0, 5)])
def test_margins_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ConfigError, match="give"):
        wrong.check()
    MARGIN.check()
    Margin().check()
