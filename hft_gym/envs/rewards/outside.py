"""A reward that is no kernel: any Python callable over the state of all environments."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.interfaces import check, step_reward
from hft_gym.errors import ConfigError

Callback = Callable[[NDArray[Any]], NDArray[np.floating]]


class Outside(NamedTuple):
    """What stands in for a Python reward while the kernel runs: nothing is paid yet."""


@step_reward.implement(Outside)
def _step_reward(model: Outside, env: np.void) -> float:
    return 0.0


def as_model(reward: Any) -> tuple[tuple, Callback | None]:
    """The reward as the kernel sees it, and the Python callable to ask after each step, if any.

    Raises:
        ConfigError: it is neither a model of `step_reward` nor callable, or a parameter of it is
            out of range.
    """
    check(reward)
    if step_reward.implemented_by(type(reward)):
        return reward, None
    if not callable(reward):
        raise ConfigError(
            f"{type(reward).__name__} is no reward: it neither implements step_reward nor can it "
            "be called with the records of all environments"
        )
    return Outside(), reward


def pay(reward: Callback, envs: NDArray[Any], acted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Ask a Python reward and add what it pays to the episodes.

    Args:
        reward: gets `[envs]` of `ENV_DTYPE`, to read during the call, and returns `[envs]` numbers.
        envs: the state after a step, episodes that have ended still as they ended.
        acted: `[envs]`, who took part in the step; the others are paid nothing.

    Returns:
        `[envs]` f4 rewards.

    Raises:
        ConfigError: it returned something else than one finite number for each environment.
    """
    shown = envs.view()
    shown.flags.writeable = False
    paid = np.asarray(reward(shown))
    name = getattr(reward, "__name__", type(reward).__name__)
    if paid.shape != envs.shape or paid.dtype.kind not in "fiub":
        raise ConfigError(
            f"the reward {name} returned {paid.dtype} of shape {paid.shape}; it must return one "
            f"number for each environment, shape {envs.shape}"
        )
    paid = np.where(acted, paid, 0.0)
    if not np.isfinite(paid).all():
        bad = int(np.argmin(np.isfinite(paid)))
        raise ConfigError(f"the reward {name} returned {paid[bad]} for environment {bad}")
    envs["episode"]["reward"] += paid
    return paid.astype(np.float32)
