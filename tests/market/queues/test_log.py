"""Logarithms of the lots before and behind."""

import pytest

from hft_gym.market.queues.log import Log
from tests.market.queues.samples import check_share_behind, front_after

pytestmark = pytest.mark.kernel

MODEL = Log()


def test_the_share_behind_equals_its_formula():
    check_share_behind(MODEL)


def test_the_published_front():
    """Ten lots before us; the level goes from 10 to 16 and then to 12."""
    assert front_after(MODEL, 10, (16, 12)) == pytest.approx(7.791894, abs=1e-6)
