import pytest

from hft_gym.envs.placements.join_then_cross import JoinThenCross
from tests.envs.placements.wanted import prices

pytestmark = pytest.mark.kernel


def test_patience_ends():
    rule = JoinThenCross(patience_s=2.0, reach_ticks=1)
    assert prices(rule, waited_s=0.0) == prices(rule, waited_s=1.999) == (100, 104)
    assert prices(rule, waited_s=2.0) == prices(rule, waited_s=60.0) == (105, 99)
