"""So much for each lot."""

import pytest

from hft_gym.errors import ConfigError
from hft_gym.market.latencies.by_size import BySize
from hft_gym.market.latencies.constant import Constant
from tests.market.latencies.samples import delays, moments

pytestmark = pytest.mark.kernel


def test_by_size_equals_its_slow_twin():
    ts_ns, lots = moments(40)
    found, expected = delays(BySize(Constant(500), ns_per_lot=20), ts_ns, lots)
    assert (found == expected).all()
    assert (found == 500 + 20 * lots).all()
    assert lots.max() > 30


def test_numbers_out_of_range():
    with pytest.raises(ConfigError, match="ns_per_lot"):
        BySize(ns_per_lot=-1).check()
    BySize().check()
