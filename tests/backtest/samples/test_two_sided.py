import numpy as np
import pytest

from hft_gym.backtest.run import backtest
from hft_gym.backtest.samples.two_sided import PythonTwoSidedMaker, TwoSidedMaker
from tests.backtest.cases import SMALL, Market, random_ground, run

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize("seed", [3, 4])
def test_compiled_and_plain_are_one_to_the_fill(seed):
    ground = random_ground(seed)
    compiled = backtest(ground, TwoSidedMaker(1_000_000, 2, 4), **SMALL)
    plain = backtest(ground, PythonTwoSidedMaker(1_000_000, 2, 4), **SMALL)
    assert len(compiled.fills) > 5
    assert np.array_equal(compiled.fills, plain.fills)
    assert compiled.counts == plain.counts
    assert compiled.pnl_ticks == plain.pnl_ticks


def test_it_never_holds_more_than_it_may():
    result = backtest(random_ground(), TwoSidedMaker(1_000_000, 1, 2), **SMALL)
    assert np.abs(result.position_path["position_lots"]).max() == 2


def test_it_follows_the_touch():
    market = Market()
    market.add(10, 1, 101, 3)
    market.trade(20, 101, 4)
    market.trade(30, 100, 8)
    result = run(market, TwoSidedMaker(1_000_000), 40)
    assert result.fills["px_ticks"].tolist() == [101, 101]
    assert result.counts["messages"] == 2 + 2 + 1 + 1  # both sides; a move; two fills
