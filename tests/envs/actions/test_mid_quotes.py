"""Choices become prices round the mid."""

import math

import pytest

from hft_gym.envs.actions.mid_quotes import MidQuotes
from tests.envs.actions.wanted import env_at, quotes

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize(("bid_ticks", "ask_ticks"), [(100, 101), (100, 102), (99, 104), (-3, -2)])
def test_every_choice(bid_ticks, ask_ticks):
    model = MidQuotes(offsets=4, lots=3, nearest_ticks=1)
    mid = (bid_ticks + ask_ticks) / 2
    for bid in range(5):
        for ask in range(5):
            found = quotes(model, (bid, ask), env_at(bid_ticks, ask_ticks))
            here = (math.floor(mid - 1 - bid), 3) if bid < 4 else (None, 0)
            there = (math.ceil(mid + 1 + ask), 3) if ask < 4 else (None, 0)
            assert found == [here, there]


def test_both_at_the_mid_draw_back_alike():
    assert quotes(MidQuotes(), (0, 0), env_at(100, 102)) == [(100, 1), (102, 1)]
    assert quotes(MidQuotes(), (0, 8), env_at(100, 102)) == [(101, 1), (None, 0)]


def test_sizes_are_the_agents_if_it_may():
    model = MidQuotes(sizes=3, lots=2)
    assert model.space().nvec.tolist() == [9, 9, 3, 3]
    assert quotes(model, (1, 2, 0, 2), env_at(100, 101)) == [(99, 2), (103, 6)]
