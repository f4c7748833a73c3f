"""An episode that ends without a position, and what that has cost."""

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.rewards.pnl import Pnl
from hft_gym.envs.tasks.flat_at_end import FlatAtEnd
from hft_gym.errors import ConfigError
from tests.envs.samples import random_actions

pytestmark = [pytest.mark.kernel, pytest.mark.long]

OPEN = MODELS._replace(reward=Pnl())
FLAT = OPEN._replace(task=FlatAtEnd())
EPISODE = 20


def test_only_the_last_step_differs_and_by_what_closing_costs(tiny):
    runs = []
    for models in (OPEN, FLAT):
        core = BatchCore(tiny, models, 12, episode_decisions=EPISODE, autoreset=False)
        core.reset(np.arange(12))
        core.reset_at(np.array([[k % 2, 20 + k, 20 + k + EPISODE] for k in range(12)]))
        steps = [core.step(action) for action in random_actions(EPISODE, 12, seed=1)]
        runs.append((core, steps))
    (open_core, open_steps), (flat_core, flat_steps) = runs
    for one, two in zip(open_steps[:-1], flat_steps[:-1], strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert open_steps[-1][3].all()
    assert not open_steps[-1][2].any()
    assert flat_steps[-1][2].all()
    assert not flat_steps[-1][3].any()
    held = open_core.finished["final_position_lots"]
    assert np.abs(held).sum() > 3
    assert not flat_core.finished["final_position_lots"].any()
    # closing costs at least the way to the touch and the fee, which `pnl_ticks` counts anyway
    cost = open_steps[-1][1] - flat_steps[-1][1]
    fee = MODELS.market.fees.taker_ticks
    half = 0.5 * (open_core.envs["ask_ticks"] - open_core.envs["bid_ticks"])
    assert (cost >= np.abs(held) * (half + fee) - 1e-4).all()
    assert flat_core.finished["reward"] == pytest.approx(flat_core.finished["pnl_ticks"], abs=1e-6)


def test_what_means_nothing_is_refused():
    with pytest.raises(ConfigError, match="rest_ticks"):
        FlatAtEnd(-1).check()
