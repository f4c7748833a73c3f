"""Lots become choices of the action set, and the schedule is kept to half a lot."""

import numpy as np
import pytest

from hft_gym.envs.actions.child_orders import child_lots
from hft_gym.strategies.children import behind_schedule, child_actions, left_lots, share_for
from tests.strategies.views import view_of


@pytest.mark.parametrize("shares", [1, 3, 5, 12])
def test_the_share_is_the_one_that_comes_nearest(shares):
    random = np.random.default_rng(0)
    for _ in range(200):
        start = int(random.integers(1, 30))
        lots = int(random.integers(1, start + 1))
        numbers = np.array([lots]), np.array([start]), shares
        found, whole = (int(share_for(*numbers, np.array([w]))[0]) for w in (False, True))
        sizes = [child_lots(start, start, k, shares) for k in range(shares)]
        off = [abs(size - lots) for size in sizes]
        assert off[found] == min(off)
        assert sizes[whole] == min(size for size in sizes if size >= lots)


def test_what_is_behind_the_schedule():
    view = view_of(4, start_position_lots=[10, 10, -10, 10], position_lots=[10, 4, -6, 5])
    assert left_lots(view).tolist() == [10, 4, 6, 5]
    share_held = np.array([0.75, 0.5, 0.44, 0.0])
    assert behind_schedule(view, share_held).tolist() == [3, 0, 2, 5]


def test_nothing_is_sent_without_lots_or_without_a_touch():
    view = view_of(3, start_position_lots=5, position_lots=5, bid_lots=[5, 0, 5])
    actions = child_actions(view, 2, np.array([5, 5, 0]), 5)
    assert actions.tolist() == [[2, 4], [0, 4], [0, 0]]
