"""Choices and sizes, and quotes drawn back to where they can rest."""

import numpy as np
import pytest

from hft_gym.envs.actions.quotes import behind_touch, choices, chosen_lots, keep_resting
from hft_gym.errors import ConfigError
from tests.envs.actions.wanted import env_at

pytestmark = pytest.mark.kernel


def test_spaces():
    assert choices(4, 1).nvec.tolist() == [5, 5]
    assert choices(4, 3).nvec.tolist() == [5, 5, 3, 3]
    for wrong in [(0, 1), (3, 0)]:
        with pytest.raises(ConfigError, match="at least 1"):
            choices(*wrong)


def test_lots_are_multiples():
    for ask in range(-1, 6):
        for size in range(-1, 5):
            action = np.array([0, ask, 0, size])
            expected = 2 * (1 + min(max(size, 0), 2)) if 0 <= ask < 4 else 0
            assert chosen_lots(action, 1, 4, 2, 3) == expected
    assert chosen_lots(np.array([3, 0]), 0, 4, 7, 1) == 7


def test_behind_the_touch():
    env = env_at(100, 104)
    behind_touch(env, 0, 3, 2)
    behind_touch(env, 1, -1, 5)
    assert env["target_px_ticks"].tolist() == [97, 103]
    assert env["target_lots"].tolist() == [2, 5]


@pytest.mark.parametrize("post_only", [True, False])
def test_what_rests_never_takes_and_never_meets_itself(post_only):
    random = np.random.default_rng(0)
    for _ in range(200):
        env = env_at(100, 100 + int(random.integers(1, 4)))
        wanted = random.integers(95, 110, 2)
        env["target_px_ticks"][:] = wanted
        env["target_lots"][:] = lots = random.integers(0, 2, 2)
        env["target_post_only"] = post_only
        keep_resting(env)
        bid, ask = env["target_px_ticks"].tolist()
        if post_only:
            assert bid < env["ask_ticks"]
            assert ask > env["bid_ticks"]
            assert bid <= wanted[0]
            assert ask >= wanted[1]
        if lots.all():
            assert bid < ask
        elif not post_only:
            assert [bid, ask] == wanted.tolist()
        if post_only and wanted[0] < env["ask_ticks"] and env["bid_ticks"] < wanted[1]:
            assert wanted[0] >= wanted[1] or [bid, ask] == wanted.tolist()
