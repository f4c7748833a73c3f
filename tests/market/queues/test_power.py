"""Powers of the lots before and behind."""

import pytest

from hft_gym.errors import ConfigError
from hft_gym.market.queues.power import Power
from tests.market.queues.samples import check_share_behind, front_after

pytestmark = pytest.mark.kernel

MODEL = Power(2.0)


def test_the_share_behind_equals_its_formula():
    check_share_behind(MODEL)


@pytest.mark.parametrize(("n", "front"), [(2.0, 7.058824), (3.0, 6.710526)])
def test_the_published_front(n, front):
    """Ten lots before us; the level goes from 10 to 16 and then to 12."""
    assert front_after(Power(n), 10, (16, 12)) == pytest.approx(front, abs=1e-6)


@pytest.mark.parametrize("n", [0.0, -1.0])
def test_a_power_that_is_none(n):
    with pytest.raises(ConfigError, match="n must be above 0"):
        Power(n).check()
    Power().check()
