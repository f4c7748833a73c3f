import pytest

from hft_gym.envs.placements.cross import Cross
from tests.envs.placements.wanted import prices

pytestmark = pytest.mark.kernel


def test_it_reaches_beyond_the_other_side():
    assert prices(Cross(0)) == (104, 100)
    assert prices(Cross(3)) == (107, 97)
