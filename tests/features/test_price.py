"""Features of the path of the mid, against what their docstrings say they are."""

import itertools
import math

import numpy as np
import pytest

from hft_gym.features.interfaces import STATE, market_value, on_packet
from hft_gym.features.price import Momentum, Volatility, mid_change_ticks
from tests.features.samples import NO_LADDER, view_of
from tests.random_tapes import START_NS

pytestmark = pytest.mark.kernel

SECOND_NS = 1_000_000_000


def walk(feature, moves):
    """Feed (seconds, ticks of the mid); returns the state and a view."""
    state, bid = np.zeros(STATE), 1_000
    view = view_of(bid, 1, bid + 1, 1)
    for at_s, ticks in moves:
        before = (bid, 1, bid + 1, 1)
        bid += ticks
        view = view_of(bid, 1, bid + 1, 1, before=before)
        view["ts_local_ns"] = START_NS + round(at_s * SECOND_NS)
        on_packet(feature, state, view, NO_LADDER)
    return state, view


def test_mid_changes_by_halves():
    assert mid_change_ticks(view_of(100, 1, 101, 1, before=(100, 1, 102, 1))) == -0.5
    assert mid_change_ticks(view_of(102, 1, 103, 1, before=(100, 1, 101, 1))) == 2.0


def test_momentum_is_the_mid_less_its_exponential_average():
    moves = [(0.1, 2), (0.4, -1), (0.9, 3), (1.0, 0), (1.7, -2)]
    half_life_s, now_s = 0.6, 2.0
    state, view = walk(Momentum(half_life_s, 1.0), moves)
    now_ns = START_NS + round(now_s * SECOND_NS)
    found = market_value(Momentum(half_life_s, 1.0), state, view, NO_LADDER, now_ns)
    # the average of a path of steps: each level weighs what fades during its stay
    rate = math.log(2.0) / half_life_s
    edges = [-math.inf, *(at for at, _ in moves), now_s]
    levels = np.cumsum([0, *(ticks for _, ticks in moves)])
    weights = [
        math.exp(-rate * (now_s - b)) - math.exp(-rate * (now_s - a))
        for a, b in itertools.pairwise(edges)
    ]
    assert sum(weights) == pytest.approx(1.0)
    assert found == pytest.approx(levels[-1] - np.dot(weights, levels), abs=1e-6)


def test_volatility_of_a_steady_walk():
    # +-1 tick every 10 ms is 10 ticks a root second, whatever the half-life
    moves = [(k * 0.01, (-1) ** k) for k in range(1, 2_000)]
    state, view = walk(Volatility(0.5, 2.0), moves)
    now_ns = START_NS + round((moves[-1][0] + 0.005) * SECOND_NS)
    found = market_value(Volatility(0.5, 2.0), state, view, NO_LADDER, now_ns)
    assert found == pytest.approx(10.0 / 2.0, rel=1e-3)


@pytest.mark.parametrize("feature", [Momentum(), Volatility()])
@pytest.mark.parametrize("missing", ["is_two_sided", "was_two_sided"])
def test_a_touch_that_comes_or_goes_is_no_move(feature, missing):
    state = np.zeros(STATE)
    view = view_of(105, 1, 106, 1, before=(100, 1, 101, 1))
    view[missing] = False
    on_packet(feature, state, view, NO_LADDER)
    assert not state.any()
    assert market_value(feature, state, view, NO_LADDER, START_NS) == 0.0
