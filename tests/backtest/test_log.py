import numpy as np
import pytest

from hft_gym.backtest.run import backtest
from tests.backtest.cases import FREE, SMALL, Market, Script, random_ground, run
from tests.backtest.test_engine import Fickle

pytestmark = pytest.mark.kernel


def test_each_fill_of_an_order_is_written_down():
    market = Market()
    market.trade(20, 100, 2)
    market.trade(21, 100, 5)
    script = Script({10: lambda desk: desk.place(1, 101, 3)})
    fills = run(market, script, 30).fills
    assert fills["lots"].tolist() == [2, 1]
    assert fills["order_id"].tolist() == [1, 1]
    assert (fills["px_ticks"] == 101).all()
    assert script.fills == [(20.25, 2, 2), (21.25, 1, 3)]


def test_the_log_grows(monkeypatch):
    ground = random_ground()
    whole = backtest(ground, Fickle(3), models=FREE, **SMALL)
    monkeypatch.setattr("hft_gym.backtest.memory._FIRST_FILLS", 1)
    often = backtest(ground, Fickle(3), models=FREE, **SMALL)
    assert len(whole.fills) > 10
    assert np.array_equal(whole.fills, often.fills)


def test_the_log_is_the_account():
    ground = random_ground(4)
    result = backtest(ground, Fickle(5), **SMALL)
    lots = result.fills["side"] * result.fills["lots"]
    assert lots.sum() == result.position_lots
    assert -(lots * result.fills["px_ticks"]).sum() == result.cash_ticks
    assert result.fills["fees_microticks"].sum() == result.fees_microticks
    assert result.fills["lots"].sum() == result.counts["lots"]
    taken = result.fills["lots"][result.fills["is_maker"] == 0].sum()
    assert 0 < taken == result.counts["taker_lots"]
