"""Patient for a share of the time, then not."""

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.strategies.passive_then_aggressive import PassiveThenAggressive
from tests.strategies.views import view_of


def test_it_rests_and_then_takes():
    view = view_of(10, start_position_lots=10, position_lots=6, steps=np.arange(10))
    view["steps_left"] = 10 - np.arange(10)
    rule = PassiveThenAggressive(patience=0.7, distance_ticks=1)
    assert rule.act(view)[:, 0].tolist() == [2] * 7 + [5] * 3
    assert (rule.act(view)[:, 1] == 2).all()
    assert rule.name == "passive_then_aggressive"


@pytest.mark.parametrize("fields", [{"patience": 1.1}, {"distance_ticks": 4}])
def test_what_the_actions_lack_is_refused(fields):
    with pytest.raises(ConfigError, match="strategy"):
        PassiveThenAggressive(**fields)
