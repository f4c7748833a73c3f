"""Choices become prices round a centre that leans against the position."""

import math

import numpy as np
import pytest

from hft_gym.envs.actions.reservation_quotes import ReservationQuotes, reservation_ticks
from hft_gym.strategies.avellaneda_stoikov import reservation_price
from tests.envs.actions.wanted import env_at, quotes

pytestmark = pytest.mark.kernel

LONG = ReservationQuotes(post_only=False, gamma=0.1, sigma_ticks=2.0, horizon_s=5.0)


def env_with(position, left_s=7.0):
    env = env_at(100, 103)
    env["trader"]["known_position_lots"] = position
    env["trader"]["position_lots"] = 55  # what we don't know of leans nothing
    env["ts_local_ns"], env["end_ns"] = 10**9, 10**9 + round(left_s * 1e9)
    return env


@pytest.mark.parametrize("position", [-4, 0, 1, 9])
@pytest.mark.parametrize("horizon_s", [0.0, 3.0])
def test_the_centre_is_that_of_the_rule(position, horizon_s):
    model = ReservationQuotes(gamma=0.03, sigma_ticks=1.7, horizon_s=horizon_s)
    expected = reservation_price(101.5, position, 0.03, 1.7, horizon_s or 7.0)
    assert reservation_ticks(model, env_with(position)) == pytest.approx(float(expected))


@pytest.mark.parametrize("position", [-2, 0, 3])
def test_every_choice(position):
    centre = 101.5 - 2.0 * position
    for bid in range(9):
        for ask in range(9):
            found = quotes(LONG, (bid, ask), env_with(position))
            here = (math.floor(centre) - bid, 1) if bid < 8 else (None, 0)
            there = (math.ceil(centre) + ask, 1) if ask < 8 else (None, 0)
            if position and bid == ask == 0:  # between the same two prices
                assert found[0][0] < found[1][0]
            else:
                assert found == [here, there]


def test_a_heavy_position_does_not_make_it_take():
    for position in (-40, 40):
        (bid, _), (ask, _) = quotes(LONG._replace(post_only=True), (0, 0), env_with(position))
        assert bid < 103
        assert ask > 100
        assert abs(np.mean([bid, ask]) - 101.5) > 5
