"""Between two bounds, both reached."""

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.market.latencies.uniform import Uniform
from tests.market.latencies.samples import delays, moments

pytestmark = pytest.mark.kernel


def test_uniform_equals_its_slow_twin():
    found, expected = delays(Uniform(150_000, 350_000), *moments(200))
    assert (found == expected).all()
    assert 150_000 <= found.min() < 170_000
    assert 330_000 < found.max() <= 350_000


def test_both_bounds_are_drawn_and_alike():
    found, _ = delays(Uniform(3, 6), *moments(400))
    values, counts = np.unique(found, return_counts=True)
    assert values.tolist() == [3, 4, 5, 6]
    assert np.abs(counts - 100).max() < 4 * np.sqrt(400 * 0.25 * 0.75)


def test_the_seed_is_all():
    ts_ns, lots = moments(50)
    first, again, other = (delays(Uniform(), ts_ns, lots, seed=s)[0] for s in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


@pytest.mark.parametrize("bounds", [(5, 4), (-1, 4)])
def test_bounds_that_are_none(bounds):
    with pytest.raises(ConfigError, match="low_ns"):
        Uniform(*bounds).check()
    Uniform().check()
