"""A power of the share behind."""

import pytest

from hft_gym.errors import ConfigError
from hft_gym.market.queues.power2 import Power2
from tests.market.queues.samples import check_share_behind, front_after

pytestmark = pytest.mark.kernel

MODEL = Power2(2.0)


def test_the_share_behind_equals_its_formula():
    check_share_behind(MODEL)


def test_the_published_front():
    """Ten lots before us; the level goes from 10 to 16 and then to 12."""
    assert front_after(MODEL, 10, (16, 12)) == pytest.approx(6.5625, abs=1e-6)


@pytest.mark.parametrize("n", [0.0, -1.0])
def test_a_power_that_is_none(n):
    with pytest.raises(ConfigError, match="n must be above 0"):
        Power2(n).check()
    Power2().check()
