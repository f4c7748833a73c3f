"""Nothing takes time."""

import pytest

from hft_gym.market.latencies.none import NoDelay
from tests.market.latencies.samples import delays, moments

pytestmark = pytest.mark.kernel


def test_no_delay():
    found, expected = delays(NoDelay(), *moments(20))
    assert not found.any()
    assert (found == expected).all()
