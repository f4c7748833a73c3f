import pytest

from hft_gym.envs.placements.improve import Improve
from tests.envs.placements.wanted import prices

pytestmark = pytest.mark.kernel


def test_it_betters_the_touch_but_never_takes():
    assert prices(Improve()) == (101, 103)
    assert prices(Improve(9)) == (103, 101)
    assert prices(Improve(), bid=100, ask=101) == (100, 101)
    assert prices(Improve(2), bid=100, ask=102) == (101, 101)
