"""The micro-price of a chain that can be solved by hand."""

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.features.interfaces import market_value, on_bar, on_packet
from hft_gym.features.micro_price import LearntMicroPrice, solve, state_number
from hft_gym.features.needs import needs_of
from tests.features.samples import NO_LADDER, state_for, view_of

pytestmark = pytest.mark.kernel

FEATURE = LearntMicroPrice(bins=2, spreads=1, prior=1e-9, bar_s=1.0, scale_ticks=1.0)
HEAVY, LIGHT = (100, 9, 101, 1), (100, 1, 101, 9)
HEAVY_UP, LIGHT_UP = (101, 9, 102, 1), (101, 1, 102, 9)


def learnt(steps):
    state = state_for(FEATURE)
    for before, now in steps:
        on_packet(FEATURE, state, view_of(*now, before=before), NO_LADDER)
    on_bar(FEATURE, state, view_of(*HEAVY), NO_LADDER, 0)
    return [market_value(FEATURE, state, view_of(*t), NO_LADDER, 0) for t in (LIGHT, HEAVY)]


def test_states_and_their_mirrors():
    feature = LearntMicroPrice(10, 2)
    assert state_number(feature, (100, 1, 101, 9), False) == 1
    assert state_number(feature, (100, 1, 101, 9), True) == 8
    assert state_number(feature, (100, 9, 104, 0), False) == 19  # all wide spreads are one
    assert state_number(feature, (100, 9, 102, 0), True) == 10


def test_a_chain_by_hand():
    # heavy: 3 of 4 times up a tick and light then, once light without a move.
    # g = (3 * (1 - g) + 1 * (0 - g)) / 4 for heavy, with g(light) = -g: g = 3 / 8
    steps = [(HEAVY, LIGHT_UP)] * 3 + [(HEAVY, LIGHT)]
    assert learnt(steps) == pytest.approx([-0.375, 0.375], abs=1e-6)


def test_what_stays_where_it_is_does_not_count():
    steps = [(HEAVY, LIGHT_UP)] * 3 + [(HEAVY, LIGHT)]
    waiting = [(HEAVY, (100, 8, 101, 1))] * 50
    assert learnt(steps + waiting) == pytest.approx(learnt(steps))


def test_a_move_that_repeats_itself_is_bounded_by_the_prior():
    feature = FEATURE._replace(prior=1.0)
    state = state_for(feature)
    on_packet(feature, state, view_of(*HEAVY_UP, before=HEAVY), NO_LADDER)
    on_bar(feature, state, view_of(*HEAVY), NO_LADDER, 0)
    # seen once, back to itself; once to the end: g = (1 + g) / 2
    assert market_value(feature, state, view_of(*HEAVY), NO_LADDER, 0) == pytest.approx(1.0)


def test_nothing_seen_is_no_adjustment():
    assert learnt([]) == [0.0, 0.0]


def test_equations():
    random = np.random.default_rng(1)
    a = random.normal(size=(6, 6)) + 8 * np.eye(6)
    b = random.normal(size=6)
    state = np.concatenate([np.zeros(3), np.column_stack([a, b]).ravel()])
    solve(state, 3, 6)
    assert state[3:].reshape(6, 7)[:, -1] == pytest.approx(np.linalg.solve(a, b))


@pytest.mark.parametrize("wrong", [{"bins": 5}, {"bins": 0}, {"spreads": 0}, {"prior": 0.0}])
def test_parameters_without_an_answer_are_refused(wrong):
    with pytest.raises(ConfigError, match="LearntMicroPrice"):
        needs_of(LearntMicroPrice(**wrong))
