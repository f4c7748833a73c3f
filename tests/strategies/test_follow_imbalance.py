"""Long, short, none or as before, by the lots at the touch."""

import pytest

from hft_gym.errors import ConfigError
from hft_gym.strategies.follow_imbalance import FollowImbalance
from tests.strategies.views import view_of


@pytest.mark.parametrize(
    ("bid", "ask", "held", "wanted"),
    [
        (8, 2, 0, 2), (2, 8, 0, -2), (7, 3, 0, 0), (7, 3, 4, 2), (7, 3, -4, 0), (5, 5, -4, -2),
        (3, 7, 2, 0), (0, 0, 2, 1), (9, 1, -4, 2),
    ],
)  # fmt: skip
def test_thresholds(bid, ask, held, wanted):
    rule = FollowImbalance(0.6, 0.2, positions=2, unit_lots=2)
    view = view_of(1, bid_lots=bid, ask_lots=ask, position_lots=held)
    assert rule.act(view).tolist() == [wanted + 2]
    assert rule.name == "follow_imbalance"


@pytest.mark.parametrize("numbers", [(0.0, 0.2), (1.1, 0.2), (0.5, -0.6)])
def test_thresholds_out_of_range(numbers):
    with pytest.raises(ConfigError, match="strategy"):
        FollowImbalance(*numbers)
