"""A long tail above a floor."""

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.market.latencies.lognormal import LogNormal
from tests.market.latencies.samples import delays, moments

pytestmark = pytest.mark.kernel


def test_lognormal_equals_its_slow_twin_and_its_moments():
    model = LogNormal(median_ns=150_000, sigma=0.5, least_ns=100_000)
    found, expected = delays(model, *moments(3000))
    assert np.abs(found - expected).max() <= 1  # the last bit of exp
    logs = np.log((found - 100_000) / 150_000)
    assert abs(logs.mean()) < 4 * 0.5 / np.sqrt(logs.size)
    assert abs(logs.std() - 0.5) < 4 * 0.5 / np.sqrt(2 * logs.size)
    assert found.min() >= 100_000


@pytest.mark.parametrize("numbers", [(0, 0.5, 0), (1, -0.1, 0), (1, 0.5, -1)])
def test_numbers_out_of_range(numbers):
    with pytest.raises(ConfigError, match="LogNormal"):
        LogNormal(*numbers).check()
    LogNormal().check()
