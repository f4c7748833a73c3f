"""Mean prices of the market, against a count row by row."""

import numpy as np
import pytest

from hft_gym.envs.tasks.benchmarks import benchmarks_of, mean_prices, table_of
from tests.envs.hand_made import still_market
from tests.naive import execution as naive

pytestmark = pytest.mark.kernel


def test_they_equal_their_slow_twin(tiny):
    table = table_of(tiny)
    random = np.random.default_rng(0)
    differ = 0
    for _ in range(60):
        tape = int(random.integers(0, 2))
        market = tiny.markets[tape]
        first, last = np.sort(random.integers(0, market.decisions.size, 2))
        found = mean_prices(table[tape], int(first), int(last))
        expected = naive.mean_prices(market, int(first), int(last))
        assert found == pytest.approx(expected, abs=1e-6)
        differ += abs(found[0] - found[1]) > 1e-3
    assert differ > 10


def test_where_nobody_trades_the_mean_of_time_stands_in():
    dataset = still_market()
    table = table_of(dataset)
    assert not table_of(dataset, with_sums=False)["benchmarks_address"].any()
    assert mean_prices(table[0], 2, 7) == pytest.approx((101.5, 101.5))
    assert mean_prices(table[0], 2, 2) == (101.5, 101.5)


def test_the_sums_are_made_once(tiny):
    assert benchmarks_of(tiny.markets[0]) is benchmarks_of(tiny.markets[0])
