"""Choices become prices round the touch."""

import numpy as np
import pytest

from hft_gym.envs.actions.touch_quotes import TouchQuotes
from hft_gym.envs.interfaces import set_targets
from hft_gym.envs.records import ENV_DTYPE

pytestmark = pytest.mark.kernel


def targets(model, action):
    env = np.zeros(1, ENV_DTYPE)[0]
    env["bid_ticks"], env["ask_ticks"] = 100, 103
    set_targets(model, np.array(action), env)
    pairs = zip(env["target_px_ticks"].tolist(), env["target_lots"].tolist(), strict=True)
    return list(pairs), bool(env["target_post_only"])


def test_the_space_has_a_choice_for_each_distance_and_one_for_none():
    space = TouchQuotes(offsets=3).space()
    assert space.nvec.tolist() == [4, 4]
    assert all(space.contains(space.sample()) for _ in range(5))


def test_every_choice():
    model = TouchQuotes(offsets=3, lots=5)
    for bid in range(4):
        for ask in range(4):
            (here, there), post_only = targets(model, (bid, ask))
            assert here == (100 - bid, 5 if bid < 3 else 0)
            assert there == (103 + ask, 5 if ask < 3 else 0)
            assert post_only


def test_inside_the_spread_or_taking():
    model = TouchQuotes(offsets=6, lots=1, post_only=False, nearest_ticks=-3)
    assert targets(model, (0, 5)) == ([(103, 1), (105, 1)], False)


@pytest.mark.parametrize("action", [(-1, 99), (7, -5)])
def test_what_is_no_choice_is_no_quote(action):
    pairs, _ = targets(TouchQuotes(), action)
    assert [lots for _, lots in pairs] == [0, 0]
