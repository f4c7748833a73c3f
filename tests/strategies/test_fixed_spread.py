"""A fixed offset on both sides, with an optional limit."""

import pytest

from hft_gym.errors import ConfigError
from hft_gym.strategies.fixed_spread import FixedSpread
from tests.strategies.views import view_of


@pytest.mark.parametrize("offset_ticks", range(6))
def test_same_offset_on_both_sides(offset_ticks: int) -> None:
    rule = FixedSpread(offset_ticks)
    assert rule.act(view_of(2)).tolist() == [[offset_ticks, offset_ticks]] * 2
    assert rule.name == f"fixed_spread_{offset_ticks}"


def test_limit_silences_only_the_side_that_adds() -> None:
    view = view_of(5, position_lots=[-3, -2, 0, 2, 3])
    unlimited = FixedSpread(1).act(view).tolist()
    limited = FixedSpread(1, max_position_lots=2).act(view).tolist()
    assert unlimited == [[1, 1]] * 5
    assert limited == [[1, 6], [1, 6], [1, 1], [6, 1], [6, 1]]


def test_no_quote_while_a_side_is_empty() -> None:
    assert FixedSpread(0).act(view_of(2, ask_lots=[0, 5])).tolist() == [[6, 6], [0, 0]]


@pytest.mark.parametrize("offset_ticks", [-1, 6])
def test_an_offset_outside_the_action_set_is_refused(offset_ticks: int) -> None:
    with pytest.raises(ConfigError, match="choose 0 to 5"):
        FixedSpread(offset_ticks)
