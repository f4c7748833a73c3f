"""Equal parts at equal distances."""

import numpy as np
import pytest

from hft_gym.strategies.twap import Twap
from tests.strategies.views import view_of


@pytest.mark.parametrize("lots", [10, -10, 7, 3])
@pytest.mark.parametrize("decisions", [1, 5, 10, 40])
def test_filled_at_once_it_follows_the_line_to_half_a_lot(lots, decisions):
    rule, left = Twap(shares=abs(lots)), abs(lots)
    for step in range(decisions):
        view = view_of(1, start_position_lots=lots, position_lots=int(np.sign(lots)) * left)
        view["steps"], view["steps_left"] = step, decisions - step
        place, share = rule.act(view)[0]
        assert place in (0, 5)
        left -= share + 1 if place else 0
        assert abs(left - abs(lots) * (1 - (step + 1) / decisions)) <= 0.5 + 1e-9
    assert left == 0
    assert rule.name == "twap"
