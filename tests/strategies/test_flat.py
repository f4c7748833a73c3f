"""No position, whatever the set of them is."""

from hft_gym.strategies.flat import Flat
from tests.strategies.views import view_of


def test_the_middle_choice_is_none():
    assert Flat().act(view_of(2)).tolist() == [1, 1]
    assert Flat(positions=4).act(view_of(1)).tolist() == [4]
    assert Flat().name == "flat"
