"""The engine beside its slow twin, and beside itself where it hears of more or less."""

import numpy as np
import pytest

from hft_gym.backtest.desk import PythonStrategy
from hft_gym.backtest.ground import Ground
from hft_gym.backtest.run import backtest
from hft_gym.backtest.samples.imbalance import PythonImbalanceTaker
from hft_gym.backtest.samples.two_sided import PythonTwoSidedMaker
from hft_gym.market.interfaces import VenueRules
from hft_gym.market.records import WhenCrossed
from hft_gym.tape.rows import Flag, Kind
from tests.backtest.cases import (
    FREE,
    ORDERS,
    SMALL,
    Market,
    Script,
    at,
    models,
    random_ground,
    run,
)
from tests.naive.backtest import naive_fills
from tests.random_tapes import random_tape

pytestmark = pytest.mark.kernel


def span_of(ground):
    return ground.tape.meta.session_start_ns, ground.tape.meta.session_end_ns


def rows_of(fills):
    names = ("ts_local_ns", "order_id", "side", "px_ticks", "lots")
    return [tuple(int(fill[name]) for name in names) for fill in fills]


class Fickle(PythonStrategy):
    """Quotes at every packet somewhere near the touch, takes now and then, acts on its news."""

    timer_ns = 3_000_000

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)

    def on_event(self, desk, row):
        if not desk.is_tradable:
            return
        side, away = int(self.random.choice([1, -1])), int(self.random.integers(-1, 3))
        touch = desk.touch[0 if side > 0 else 1]
        if self.random.random() < 0.3 and abs(desk.position_lots + side) <= 4:
            desk.place(side, touch - side * away, int(self.random.integers(1, 4)))

    def on_timer(self, desk, now_ns):
        for slot in range(ORDERS):
            if self.random.random() < 0.5:
                desk.cancel(slot)

    def on_fill(self, desk, answer):
        if abs(desk.position_lots) > 2 and desk.is_tradable:
            side = -1 if desk.position_lots > 0 else 1
            desk.take(side, desk.touch[0 if side < 0 else 1], 1)

    def on_order(self, desk, answer):
        if answer["leaves_lots"] > 2:
            desk.modify(int(answer["slot"]), int(answer["px_ticks"]), 1)


@pytest.mark.parametrize("latency", [(0.25, 0.25, 0.05), (0, 0, 0), (2.0, 3.0, 1.0)])
@pytest.mark.parametrize("seed", [3, 4])
def test_every_fill_of_the_slow_twin(latency, seed):
    ground = random_ground(seed)
    chosen = models(*latency)
    result = backtest(ground, Fickle(seed), models=chosen, **SMALL)
    slow = naive_fills(ground, Fickle(seed), chosen, span_of(ground), ORDERS)
    assert len(slow) > 10
    assert rows_of(result.fills) == slow


@pytest.mark.parametrize(
    "make",
    [lambda: PythonTwoSidedMaker(1_000_000), lambda: PythonImbalanceTaker(0.7, pause_ns=1_000_000)],
)
def test_samples_beside_the_slow_twin(make):
    ground = random_ground()
    result = backtest(ground, make(), models=FREE, **SMALL)
    slow = naive_fills(ground, make(), FREE, span_of(ground), ORDERS)
    assert len(slow) > 3
    assert rows_of(result.fills) == slow


class Attentive(PythonTwoSidedMaker):
    """The same, who hears of everything and does nothing about it."""

    def on_event(self, desk, row):
        kind = desk.row_of_market(row)[0]
        assert kind in list(Kind)
        assert desk.row_of_market(row + 1)[0] == -1

    def on_fill(self, desk, answer):
        assert answer["position_lots"] != 0

    def on_order(self, desk, answer):
        assert answer["known_ns"] <= desk.now_ns


def test_hearing_of_more_changes_nothing():
    ground = random_ground()
    quiet = backtest(ground, PythonTwoSidedMaker(1_000_000), **SMALL)
    told = backtest(ground, Attentive(1_000_000), **SMALL)
    assert len(quiet.fills) > 5
    assert np.array_equal(quiet.fills, told.fills)
    assert quiet.pnl_ticks == told.pnl_ticks


class Turns(PythonStrategy):
    """Writes down whose turn it is."""

    timer_ns = 1_000_000

    def __init__(self):
        self.turns = []

    def on_event(self, desk, row):
        self.turns.append(("packet", desk.now_ns, desk.packet_rows))

    def on_timer(self, desk, now_ns):
        self.turns.append(("timer", now_ns, desk.packet_rows[1]))
        if now_ns == at(1):
            desk.place(1, 99, 1)

    def on_order(self, desk, answer):
        self.turns.append(("answer", desk.now_ns, desk.packet_rows[1]))


def test_at_one_moment_answers_then_packets_then_the_timer():
    market = Market()
    market.add(2, 1, 99, 5)
    market.add(2, 1, 98, 5)
    turns = Turns()
    run(market, turns, 3, models(0.5, 0.5, 0))
    assert [turn for turn in turns.turns if turn[1] == at(2)] == [
        ("answer", at(2), 3),
        ("packet", at(2), (3, 4)),
        ("packet", at(2), (4, 5)),
        ("timer", at(2), 5),
    ]


@pytest.mark.parametrize("when_crossed", WhenCrossed)
def test_where_trading_goes_on_beside_the_slow_twin(when_crossed):
    chosen = models()._replace(rules=VenueRules(when_crossed=int(when_crossed)))
    ground = Ground.of(random_tape(3, 400, halts=0.1), chosen.latency.feed)
    assert ground.index.uncrossings.size > 3
    result = backtest(ground, Fickle(3), models=chosen, **SMALL)
    slow = naive_fills(ground, Fickle(3), chosen, span_of(ground), ORDERS)
    assert len(slow) > 10
    assert rows_of(result.fills) == slow


@pytest.mark.parametrize("rows_before", [0, 1])
def test_an_uncrossing_fills_whatever_came_before_our_order(rows_before):
    market = Market()
    for k in range(rows_before):
        market.add(0.1 + k, 1, 60, 1)  # concerns nobody
    market.writer.add(-1, 99, 2, Flag.CROSSED)
    market.writer.send(at(10))
    market.add(20, 1, 60, 1)  # trading goes on
    script = Script({0: lambda desk: desk.place(1, 99, 3)})
    result = run(market, script, 30)
    assert [(ms, lots) for ms, lots, _ in script.fills] == [(20.25, 2)]
    assert result.position_lots == 2
