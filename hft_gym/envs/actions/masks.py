"""Masks of MultiDiscrete actions, as `MaskablePPO` of sb3-contrib reads them."""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import ConfigError


def choice_mask(counts: NDArray[np.int64], told: Sequence[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """`[n, sum(counts)]`, True where a choice may be made, side by side for each choice.

    Args:
        counts: how many options each choice has.
        told: `[n, counts[k]]` of the first choices; the others may all be made. Where nothing is
            left of a choice, all of it may be made: it makes no difference.
    """
    n = len(told[0])
    parts = []
    for k, count in enumerate(counts):
        part = told[k] if k < len(told) else np.ones((n, int(count)), np.bool_)
        parts.append(part | ~part.any(axis=1, keepdims=True))
    return np.concatenate(parts, axis=1)


def masks_of(
    action: Any, space: gym.Space[Any], envs: NDArray[Any], max_position_lots: int
) -> NDArray[np.bool_]:
    """`[n, options]` of the environments' next actions; all True for models without masks.

    Raises:
        ConfigError: continuous actions have no masks.
    """
    if hasattr(action, "mask"):
        mask: NDArray[np.bool_] = action.mask(envs, max_position_lots)
        return mask
    if isinstance(space, gym.spaces.Discrete):
        return np.ones((len(envs), int(space.n)), np.bool_)
    if isinstance(space, gym.spaces.MultiDiscrete):
        return np.ones((len(envs), int(space.nvec.sum())), np.bool_)
    raise ConfigError(f"actions of {type(space).__name__} have no masks")
