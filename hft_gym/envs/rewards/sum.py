"""Several rewards at once, each with a weight."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from hft_gym.envs.interfaces import check, step_reward
from hft_gym.envs.records import REWARDS
from hft_gym.errors import ConfigError
from hft_gym.kernel.interface import unrolled


class Sum(NamedTuple):
    """Weighted sum of rewards; `weighted_sum` checks what it is made of.

    Attributes:
        weights: one number for each reward.
        rewards: NamedTuples that implement `step_reward`, at most `REWARDS`.
    """

    weights: tuple[float, ...]
    rewards: tuple[tuple, ...]

    def check(self) -> None:
        """Let each term refuse what means nothing.

        Raises:
            ConfigError: a parameter is out of range.
        """
        for reward in self.rewards:
            check(reward)


_total = unrolled(
    "_total(rewards, weights, env)",
    # each with its own memory
    "env['reward_place'] = {k}; total += weights[{k}] * step_reward(rewards[{k}], env)",
    total="total",
    step_reward=step_reward,
)


@step_reward.implement(Sum)
def _step_reward(model: Sum, env: np.void) -> float:
    total = _total(model.rewards, model.weights, env)
    env["reward_place"] = 0
    return total


def weighted_sum(terms: Sequence[Mapping[str, Any]]) -> Sum:
    """A sum of `terms`, each a mapping of `weight` and `reward`.

    Raises:
        ConfigError: there is no term or there are too many, or one is no reward of this kind.
    """
    if not 0 < len(terms) <= REWARDS:
        raise ConfigError(f"a sum has 1 to {REWARDS} terms, not {len(terms)}")
    for k, term in enumerate(terms):
        if set(term) != {"weight", "reward"}:
            raise ConfigError(f"terms[{k}] of a sum has {sorted(term)}; need reward and weight")
        reward, weight = term["reward"], term["weight"]
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            raise ConfigError(f"terms[{k}].weight must be a number, not {weight!r}")
        if isinstance(reward, Sum):
            raise ConfigError(f"terms[{k}] is a sum itself: write its terms into this one")
        if not step_reward.implemented_by(type(reward)):
            raise ConfigError(
                f"terms[{k}].reward, {type(reward).__name__}, does not implement step_reward; a "
                "plain Python reward cannot be part of a sum"
            )
    return Sum(
        tuple(float(term["weight"]) for term in terms), tuple(term["reward"] for term in terms)
    )
