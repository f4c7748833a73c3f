"""What the parts of an environment may decide; a NamedTuple implements one with `.implement`."""

from typing import Any, NamedTuple, Protocol

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.observations.flat import Flat
from hft_gym.envs.observations.seen import ObservationModel
from hft_gym.kernel.interface import interface
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import MarketModels


@interface
def set_targets(model: tuple, action: NDArray[Any], env: np.void) -> None:
    """Turn one environment's action into the quotes wanted now.

    Write `env["target_px_ticks"]`, `env["target_lots"]` (0: no quote; place 0 the bid, 1 the ask)
    and `env["target_post_only"]`.
    """


@interface
def step_reward(model: tuple, env: np.void) -> float:
    """Reward of the step that has just ended; see `ENV_DTYPE` for what is there to read."""


@kernel
def reward_memory(env: np.void) -> NDArray[np.float64]:
    """`[REWARD_STATE]` floats that the reward at work may keep; 0 when an episode begins."""
    return env["reward_state"][env["reward_place"]]


def check(reward: Any) -> None:
    """Let a reward look at its own parameters, if it has a method `check()`.

    Raises:
        ConfigError: one is out of range.
    """
    if hasattr(reward, "check"):
        reward.check()


class ActionModel(Protocol):
    """An action model, beside `set_targets`, knows its space."""

    def space(self) -> gym.Space[Any]:
        """Space of one environment's action."""


class Models(NamedTuple):
    """Every pluggable part of an environment, each a NamedTuple of parameters.

    The reward may be any Python callable as well: see `hft_gym.envs.rewards.outside`.
    """

    market: MarketModels
    action: tuple
    reward: Any
    own_features: tuple
    observation: ObservationModel = Flat()
