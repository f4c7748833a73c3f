"""Losses that stop trading: of the day, from the peak, of margin, by hand."""

import pytest

from hft_gym.market.margin import Margin
from hft_gym.market.risk.limits import Limits
from hft_gym.market.risk.losses import DAY_NS, known_pnl_microticks, resume, stop
from hft_gym.market.risk.records import RiskReason
from tests.market.risk.desks import is_stopped, trader_with

pytestmark = pytest.mark.kernel


def mark(trader, mid2):
    trader["mid2_ticks"] = mid2


def why(trader):
    return int(trader["risk"]["stop_reason"])


def test_profit_is_known_to_the_microtick():
    trader = trader_with(position=3, mid=100)
    mark(trader, 203)
    trader["known_fees_microticks"] = 1
    assert known_pnl_microticks(trader) == 4_500_000 - 1


def test_a_day_may_lose_so_much_and_the_next_day_begins_anew():
    trader = trader_with(position=10, mid=100)
    limits = Limits(daily_loss_ticks=20, day_start_ns=DAY_NS // 2)
    assert not is_stopped(limits, trader, 0)
    mark(trader, 2 * 100 - 3)  # 15 lost
    assert not is_stopped(limits, trader, 1)
    mark(trader, 2 * 100 - 4)  # 20
    assert is_stopped(limits, trader, 2)
    assert why(trader) == RiskReason.DAILY_LOSS
    mark(trader, 200)
    assert is_stopped(limits, trader, DAY_NS // 2 - 1)  # no coming back within the day
    mark(trader, 2 * 100 - 4)
    assert not is_stopped(limits, trader, DAY_NS // 2)
    mark(trader, 2 * 100 - 8)  # 20 more since the day began
    assert is_stopped(limits, trader, DAY_NS)


def test_a_fall_from_the_peak_stops_for_good():
    trader = trader_with(position=10, mid=100)
    limits = Limits(drawdown_ticks=30)
    mark(trader, 206)  # 30 won
    assert not is_stopped(limits, trader, 0)
    mark(trader, 201)
    assert not is_stopped(limits, trader, 1)
    mark(trader, 200)
    assert is_stopped(limits, trader, 2)
    assert why(trader) == RiskReason.DRAWDOWN
    mark(trader, 300)
    assert is_stopped(limits, trader, 5 * DAY_NS)
    assert trader["risk"]["breach_count"] == 1


def test_a_margin_call_stops():
    trader = trader_with(position=-2, mid=100)
    limits = Limits(margin=Margin(500, 240, 240))
    mark(trader, 2 * 110)  # 480 left for 2 lots
    assert not is_stopped(limits, trader, 0)
    mark(trader, 2 * 110 + 1)
    assert is_stopped(limits, trader, 1)
    assert why(trader) == RiskReason.MARGIN_CALL


def test_a_person_stops_and_lets_go_on():
    trader = trader_with(position=10, mid=100)
    limits = Limits(drawdown_ticks=30, daily_loss_ticks=30)
    stop(trader, int(RiskReason.BY_HAND))
    mark(trader, 190)  # 50 lost meanwhile
    assert is_stopped(limits, trader, 0)
    resume(trader)
    assert not is_stopped(limits, trader, 1)
    mark(trader, 184)
    assert is_stopped(limits, trader, 2)
