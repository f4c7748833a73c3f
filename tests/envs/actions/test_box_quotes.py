"""Continuous numbers become whole ticks and lots."""

import math

import numpy as np
import pytest

from hft_gym.envs.actions.box_quotes import BoxQuotes, nearest_whole
from hft_gym.errors import ConfigError
from tests.envs.actions.wanted import env_at, quotes

pytestmark = pytest.mark.kernel


def test_the_space_and_its_corners():
    model = BoxQuotes(reach_ticks=4, lots=3)
    assert model.space().shape == (4,)
    assert quotes(model, (-1, 1, 1, 1), env_at(100, 102)) == [(100, 3), (106, 3)]
    assert quotes(model, (0, 0, -1, 0.4), env_at(100, 102)) == [(None, 0), (104, 2)]


@pytest.mark.parametrize("most", [0, 1, 5])
def test_all_numbers_are_equally_far_apart(most):
    for value in np.linspace(-1, 1, 41):
        share = (value + 1) / 2 * most
        assert abs(nearest_whole(float(value), most) - share) <= 0.5 + 1e-9
    assert {nearest_whole(float(v), most) for v in np.linspace(-1, 1, 41)} == set(range(most + 1))


@pytest.mark.parametrize(("value", "most", "whole"), [(-0.8, 5, 0), (0.7, 10, 8), (-0.3, 10, 3)])
def test_a_number_between_two_is_rounded_alike_with_the_compiler_on_or_off(value, most, whole):
    assert nearest_whole(np.float32(value), most) == whole


@pytest.mark.parametrize("value", [math.nan, -math.inf, -7.0])
def test_what_lies_outside_is_the_nearest_end(value):
    assert nearest_whole(value, 5) == 0
    assert nearest_whole(math.inf, 5) == 5
    assert quotes(BoxQuotes(), (value, 9.0, value, 9.0), env_at(10, 11)) == [(None, 0), (16, 1)]


def test_numbers_out_of_range_are_told():
    for wrong in (BoxQuotes(reach_ticks=-1), BoxQuotes(lots=0)):
        with pytest.raises(ConfigError, match="at least"):
            wrong.space()
