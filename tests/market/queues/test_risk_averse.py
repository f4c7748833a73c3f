"""Only trades bring us forward."""

import pytest

from hft_gym.market.queues.risk_averse import RiskAverse
from tests.market.queues.samples import check_share_behind, front_after

pytestmark = pytest.mark.kernel

MODEL = RiskAverse()


def test_the_share_behind_equals_its_formula():
    check_share_behind(MODEL)


def test_the_published_front():
    """Ten lots before us; the level goes from 10 to 16 and then to 12."""
    assert front_after(MODEL, 10, (16, 12)) == pytest.approx(10.0, abs=1e-6)
