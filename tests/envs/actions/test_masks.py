"""Masks side by side, never empty."""

import gymnasium as gym
import numpy as np
import pytest

from hft_gym.envs.actions.masks import choice_mask, masks_of
from hft_gym.envs.records import ENV_DTYPE
from hft_gym.errors import ConfigError


def test_choices_lie_side_by_side():
    told = [np.array([[True, False], [False, True]])]
    mask = choice_mask(np.array([2, 3]), told)
    assert mask.tolist() == [[True, False, True, True, True], [False, True, True, True, True]]


def test_where_nothing_is_left_all_may_be_made():
    told = [np.zeros((1, 2), bool), np.array([[False, False, True]])]
    assert choice_mask(np.array([2, 3]), told).tolist() == [[True, True, False, False, True]]


def test_models_without_masks_may_do_anything():
    envs = np.zeros(3, ENV_DTYPE)
    assert masks_of(object(), gym.spaces.Discrete(4), envs, 1).shape == (3, 4)
    found = masks_of(object(), gym.spaces.MultiDiscrete([2, 3]), envs, 1)
    assert found.all()
    assert found.shape == (3, 5)
    with pytest.raises(ConfigError, match="Box have no masks"):
        masks_of(object(), gym.spaces.Box(-1, 1, (1,)), envs, 1)
