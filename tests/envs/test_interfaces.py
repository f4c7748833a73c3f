"""Which parts an environment is made of, and what is said of a wrong one."""

import pytest

from hft_gym.envs.actions.touch_quotes import TouchQuotes
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.interfaces import Models, set_targets, step_reward
from hft_gym.envs.rewards.inventory_penalty import InventoryPenalty
from hft_gym.envs.rewards.pnl import Pnl


def test_who_implements_what():
    assert set_targets.implemented_by(TouchQuotes)
    assert step_reward.implemented_by(Pnl)
    assert step_reward.implemented_by(InventoryPenalty)
    assert not step_reward.implemented_by(TouchQuotes)


def test_parts_in_the_wrong_place_are_named():
    with pytest.raises(TypeError, match="TouchQuotes does not implement step_reward"):
        step_reward(TouchQuotes(), None)
    with pytest.raises(TypeError, match="Pnl does not implement set_targets"):
        set_targets(Pnl(), None, None)


def test_models_are_values():
    assert Models(*MODELS) == MODELS
    assert MODELS._replace(reward=Pnl()) != MODELS
