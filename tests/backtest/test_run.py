from typing import NamedTuple

import numpy as np
import pytest

from hft_gym.backtest.interfaces import on_timer
from hft_gym.backtest.run import MODELS, backtest, state_dtype_of
from hft_gym.backtest.samples.two_sided import TwoSidedMaker
from hft_gym.errors import ConfigError, InputError
from hft_gym.market.records import Reason
from tests.backtest.cases import SMALL, Market, Script, at, models, random_ground, run

pytestmark = pytest.mark.kernel


def bid_101(desk):
    desk.place(1, 101, 1)


def test_an_order_arrives_after_the_way_there_and_we_know_after_the_way_back():
    market = Market()
    market.trade(10.2, 100, 1)  # before ours is there
    market.trade(20, 100, 2)
    script = Script({10: bid_101})
    result = run(market, script, 30)
    assert script.answers == [(10.5, Reason.ACCEPTED)]
    assert script.fills == [(20.25, 1, 1)]
    assert result.position_lots == 1
    assert result.cash_ticks == -101
    fill = result.fills[0]
    assert (fill["px_ticks"], fill["side"], fill["lots"], fill["is_maker"]) == (101, 1, 1, 1)
    assert fill["ts_local_ns"] == at(20.25)


def test_an_order_of_the_very_nanosecond_comes_after_the_market():
    market = Market()
    market.trade(10.25, 100, 2)
    script = Script({10: bid_101})
    assert run(market, script, 30).position_lots == 0


def test_a_taker_pays_the_price_shown_when_it_arrives():
    market = Market()
    market.add(10.2, -1, 102, 2)  # not known at 10, there at 10.25
    script = Script({10: lambda desk: desk.take(1, 104, 4)})
    result = run(market, script, 20)
    assert sorted(zip(result.fills["px_ticks"], result.fills["lots"], strict=True)) == [
        (102, 2),
        (103, 2),
    ]
    assert not result.fills["is_maker"].any()
    assert result.counts["taker_lots"] == 4


def test_fills_that_nobody_told_us_of_count_at_the_end():
    market = Market()
    market.trade(20, 100, 2)
    script = Script({10: bid_101})
    result = run(market, script, 20.2)  # the answer would be back at 20.25
    assert script.fills == []
    assert result.position_lots == 1
    assert len(result.fills) == 1
    assert result.pnl_ticks == 0.5 * (100 + 103) - 101


def test_a_message_in_flight_at_the_end_never_arrives():
    market = Market()
    market.trade(20.3, 100, 2)
    result = run(market, Script({20: bid_101}), 20.2)
    assert result.counts["messages"] == 1
    assert result.position_lots == 0


def test_a_cancel_that_comes_too_late():
    market = Market()
    market.trade(20, 100, 2)
    script = Script({10: bid_101, 19.9: lambda desk: desk.cancel(0)}, tick_ms=0.1)
    result = run(market, script, 30)
    assert result.position_lots == 1
    assert [reason for _, reason in script.answers] == [Reason.ACCEPTED, Reason.TOO_LATE]


def test_what_the_feed_has_not_brought_is_not_seen():
    market = Market()
    market.add(10, 1, 101, 5, delay_ms=2.5)
    script = Script({})
    run(market, script, 15)
    seen = {ms: bid for ms, bid, _ in script.touches}
    assert seen[12.0] == 100
    assert seen[13.0] == 101


def test_start_and_end_are_times_of_ours():
    ground = random_ground()
    start = ground.tape.meta.session_start_ns + 20_000_000
    maker = TwoSidedMaker(1_000_000)
    result = backtest(ground, maker, start_ns=start, end_ns=start + 10_000_000, **SMALL)
    assert result.counts["timers"] == 10
    assert (result.start_ns, result.end_ns) == (start, start + 10_000_000)


class NeverAsked(NamedTuple):
    """Implements nothing."""


class NoTimer(NamedTuple):
    timer_ns: int = 0


@on_timer.implement(NoTimer)
def _on_timer(strategy, context, now_ns):
    return


class BadState(NamedTuple):
    state_dtype = float


def test_what_makes_no_sense_is_refused():
    ground = random_ground()
    with pytest.raises(ConfigError, match="NeverAsked implements neither"):
        backtest(ground, NeverAsked(), **SMALL)
    with pytest.raises(ConfigError, match="timer_ns is 0"):
        backtest(ground, NoTimer(), **SMALL)
    with pytest.raises(ConfigError, match="timer_ns is 0"):
        backtest(ground, Script({}, tick_ms=0), **SMALL)
    with pytest.raises(ConfigError, match="structured"):
        state_dtype_of(BadState())
    with pytest.raises(InputError, match="before it starts"):
        backtest(ground, TwoSidedMaker(), start_ns=5, end_ns=5, **SMALL)


def test_a_tape_is_indexed_by_the_way():
    ground = random_ground()
    again = backtest(ground.tape, TwoSidedMaker(1_000_000), models=MODELS, **SMALL)
    once = backtest(ground, TwoSidedMaker(1_000_000), models=MODELS, **SMALL)
    assert len(once.fills) > 5
    assert np.array_equal(once.fills, again.fills)


@pytest.mark.long
def test_the_journal_tells_the_same_fills():
    market = Market()
    market.trade(20, 100, 2)
    script = Script({10: bid_101, 22: lambda desk: desk.take(-1, 100, 3)})
    result = run(market, script, 30, journal=True)
    told = result.journal.fills
    assert len(result.fills) == 2
    for name in ("order_id", "px_ticks", "lots", "side", "is_maker", "ts_local_ns"):
        assert told[name].tolist() == result.fills[name].tolist(), name
    assert told["ts_exchange_ns"].tolist() == [at(20), at(22.25)]
    assert len(result.journal.orders) == 2
    assert run(market, Script({}), 30).journal is None


def test_slow_answers_are_heard_in_their_order():
    market = Market()
    market.trade(11, 100, 2)
    acts = {10: bid_101, 10.5: lambda desk: desk.place(-1, 103, 1)}
    script = Script(acts, tick_ms=0.5)
    run(market, script, 30, models(response_ms=5))
    assert script.answers == [(15.25, Reason.ACCEPTED), (15.75, Reason.ACCEPTED)]
    assert script.fills == [(16.0, 1, 1)]
