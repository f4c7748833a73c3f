"""All at once, always."""

from hft_gym.strategies.immediate import Immediate
from tests.strategies.views import view_of


def test_it_takes_all_that_is_left():
    view = view_of(3, start_position_lots=[10, -10, 10], position_lots=[10, -4, 0])
    assert Immediate().act(view).tolist() == [[5, 4], [5, 1], [0, 0]]
    assert Immediate(distances=2, shares=10).act(view).tolist() == [[3, 9], [3, 3], [0, 0]]
    assert Immediate().name == "immediate"
