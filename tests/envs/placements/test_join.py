import pytest

from hft_gym.envs.placements.join import Join
from tests.envs.placements.wanted import prices

pytestmark = pytest.mark.kernel


def test_it_stands_at_its_own_side():
    assert prices(Join()) == (100, 104)
    assert prices(Join(2)) == (98, 106)
