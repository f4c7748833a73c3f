"""The kill switch of a backtest closes what is held, keeps the strategy out and tells why."""

from typing import NamedTuple

import numpy as np
import pytest

from hft_gym.backtest.desk import PythonStrategy
from hft_gym.backtest.guard import stopped_now
from hft_gym.backtest.interfaces import on_event, on_timer
from hft_gym.backtest.ordering import take
from hft_gym.backtest.run import backtest
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import NoRisk
from hft_gym.market.records import Event
from hft_gym.market.risk.limits import Limits
from hft_gym.market.risk.records import RiskReason
from hft_gym.tape.rows import Kind
from tests.backtest.cases import MS, Market, Script, at, models, run

pytestmark = pytest.mark.kernel


ASKED = np.dtype([("asked", "i8")])


@kernel
def buy(context):
    """Two lots, at whatever there is."""
    context.state["asked"] += 1
    take(context, -1, 1, 104, 2)


class Buys(NamedTuple):
    """Buys at each tick of its timer, as long as it is asked."""

    timer_ns: int = 10 * MS
    state_dtype = ASKED


@on_timer.implement(Buys)
def _on_timer(strategy, context, now_ns):
    buy(context)


class BuysAtEvents(NamedTuple):
    """The same with each packet."""

    state_dtype = ASKED


@on_event.implement(BuysAtEvents)
def _on_event(strategy, context, row):
    buy(context)


class PythonBuys(PythonStrategy):
    """`Buys` in plain Python."""

    timer_ns = 10 * MS

    def __init__(self):
        self.asked = 0

    def on_timer(self, desk, now_ns):
        self.asked += 1
        desk.take(1, 104, 2)


def falling():
    """Best bid 100 x 5 until 25 ms, then 90 x 20; asks 103 and 104 stay."""
    market = Market()
    market.add(1, 1, 90, 20)
    market.writer.row(Kind.REDUCE, 1, 100, 5, 0)
    market.writer.send(at(25))
    market.add(60, 1, 80, 1)
    return market


def guarded(**limits):
    return models()._replace(risk=Limits(**limits))


def test_nothing_is_asked_of_a_model_that_stops_nobody():
    assert stopped_now((NoRisk(),), None, None) == 0


@pytest.mark.parametrize("make", [Buys, PythonBuys])
@pytest.mark.parametrize(
    ("limits", "why"),
    [
        ({"drawdown_ticks": 15}, RiskReason.DRAWDOWN),
        ({"daily_loss_ticks": 15}, RiskReason.DAILY_LOSS),
    ],
)
def test_a_fall_closes_the_position_and_ends_the_trading(make, limits, why):
    """Bought 2 at 103 at 0, 10 and 20 ms: -9 ticks at the mid of 101.5, -39 at that of 96.5."""
    strategy = make()
    result = run(falling(), strategy, 100, guarded(**limits))
    asked = strategy.asked if make is PythonBuys else result.state["asked"]
    assert asked == 3  # at 0, 10 and 20; at 30 it is too late
    assert result.stop_reason == why
    assert result.position_lots == 0
    sold = result.fills[result.fills["side"] < 0]
    assert sold["lots"].sum() == 6
    assert (sold["px_ticks"] == 90).all()
    assert (sold["ts_local_ns"] == at(30.5)).all()  # told by the timer, there and back again
    assert result.counts["breaches"] == 1


def test_who_hears_of_packets_is_stopped_by_one():
    result = run(falling(), BuysAtEvents(), 100, guarded(drawdown_ticks=15))
    # two packets before the fall: four lots, of which it has heard by then
    assert result.state["asked"] == 2
    sold = result.fills[result.fills["side"] < 0]
    assert list(sold["lots"]) == [4]
    assert (sold["ts_local_ns"] > at(25)).all()
    assert result.position_lots == 0


@pytest.mark.parametrize("limits", [{}, {"drawdown_ticks": 1000, "daily_loss_ticks": 1000}])
def test_limits_that_nothing_reaches_change_nothing(limits):
    plain = run(falling(), Buys(), 100, models())
    result = run(falling(), Buys(), 100, guarded(**limits))
    assert result.stop_reason is None
    assert plain.stop_reason is None
    np.testing.assert_array_equal(result.fills, plain.fills)  # not bytes: padding is anything
    assert (result.pnl_ticks, result.counts) == (plain.pnl_ticks, plain.counts)


def test_the_journal_knows_why_and_orders_that_rest_are_cancelled():
    script = Script({1: lambda desk: desk.take(1, 104, 5), 2: lambda desk: desk.place(1, 95, 1)})
    chosen = guarded(drawdown_ticks=15)
    result = backtest(falling().tape(100), script, models=chosen, orders=4, journal=True)
    assert result.stop_reason == RiskReason.DRAWDOWN
    assert result.position_lots == 0
    rows = result.journal.events
    breaches = rows[rows["event"] == Event.BREACH]
    assert list(breaches["reason"]) == [RiskReason.DRAWDOWN]
    assert (rows["event"] == Event.CANCELLED).sum() == 1


def test_a_day_later_trading_may_go_on():
    """Losses of a day stop that day alone; it begins anew where the limits say."""
    start_of_day = int(at(50) % 86_400_000_000_000)
    limits = guarded(daily_loss_ticks=15, day_start_ns=start_of_day)
    result = run(falling(), Buys(), 100, limits)
    assert result.state["asked"] > 3
