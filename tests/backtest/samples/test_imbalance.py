import numpy as np
import pytest

from hft_gym.backtest.run import backtest
from hft_gym.backtest.samples.imbalance import ImbalanceTaker, PythonImbalanceTaker
from tests.backtest.cases import SMALL, Market, random_ground, run

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize("seed", [3, 4])
def test_compiled_and_plain_are_one_to_the_fill(seed):
    ground = random_ground(seed)
    compiled = backtest(ground, ImbalanceTaker(0.7, 1, 5, 1_000_000), **SMALL)
    taker = PythonImbalanceTaker(0.7, 1, 5, 1_000_000)
    plain = backtest(ground, taker, **SMALL)
    assert len(compiled.fills) > 5
    assert np.array_equal(compiled.fills, plain.fills)
    assert compiled.counts == plain.counts
    told = (taker.next_ns, taker.bought_lots, taker.sold_lots, taker.ended_count)
    assert compiled.state.tolist() == told
    assert taker.bought_lots + taker.sold_lots == compiled.fills["lots"].sum()


def test_it_takes_the_thin_side():
    market = Market()
    market.add(10, 1, 100, 45)  # 50 against 5
    result = run(market, ImbalanceTaker(), 15)
    assert result.fills["px_ticks"].tolist() == [103]
    assert result.fills["side"].tolist() == [1]
