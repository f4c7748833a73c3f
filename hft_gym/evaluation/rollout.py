"""A policy over held-out windows, each window once, the same windows for every policy."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.dataset import Dataset
from hft_gym.envs.observations.seen import Observation
from hft_gym.errors import ConfigError
from hft_gym.strategies.base import Strategy

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


class Core(Protocol):
    """The part of `hft_gym.envs.core.BatchCore` that judging needs."""

    num_envs: int
    finished: NDArray[Any]  # [n] EPISODE_DTYPE, valid for the rows done in the last step

    def reset_at(self, windows: NDArray[np.int64]) -> Observation:
        """`[n, ...]` observations after all start at `[n, 3]` (tape, first, last decision)."""
        ...

    def step(self, actions: NDArray[Any]) -> tuple[Observation, Floats, Flags, Flags]:
        """Observations `[n, ...]`, rewards, terminated and truncated `[n]`."""
        ...

    def view(self) -> NDArray[np.void]:
        """`[n]` VIEW_DTYPE: what a rule may know."""
        ...

    @property
    def envs(self) -> NDArray[Any]:
        """`[n]` ENV_DTYPE: the state itself, of which the counts in `trader` are read."""
        ...


class Policy(Protocol):
    """Whatever quotes, rule or agent."""

    @property
    def name(self) -> str:
        """Short name for tables and file names."""
        ...

    def act(self, observations: Observation, view: NDArray[np.void]) -> NDArray[Any]:
        """`[n, ...]` actions for `[n, ...]` observations and `[n]` views of the same moment."""
        ...


@runtime_checkable
class Remembers(Protocol):
    """A policy, or what it predicts with, that keeps something from one decision to the next."""

    def begin(self) -> None:
        """All windows begin anew: forget what came before."""


@dataclass(frozen=True, slots=True)
class RulePolicy:
    """A rule as a policy: it acts on the view."""

    strategy: Strategy

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.strategy.name

    def act(self, observations: Observation, view: NDArray[np.void]) -> NDArray[Any]:
        """`[n, 2]` actions of the rule."""
        return self.strategy.act(view)


@dataclass(frozen=True, slots=True)
class LearnedPolicy:
    """An agent as a policy: it acts on the observations.

    Attributes:
        name: short name for tables and file names.
        predict: `[n, ...]` observations to `[n, ...]` actions; normalises first if the agent does.
    """

    name: str
    predict: Callable[[Observation], NDArray[Any]]

    def begin(self) -> None:
        """Forget what came before, if the agent remembers at all."""
        if isinstance(self.predict, Remembers):
            self.predict.begin()

    def act(self, observations: Observation, view: NDArray[np.void]) -> NDArray[Any]:
        """`[n, ...]` actions of the agent."""
        return np.asarray(self.predict(observations))


@dataclass(frozen=True, slots=True)
class EpisodeTable:
    """What one policy did.

    Attributes:
        policy: its name.
        episodes: `[w]` EPISODE_DTYPE, a row for each window, in the windows' order.
    """

    policy: str
    episodes: NDArray[np.void] = field(repr=False)


def held_out_windows(
    dataset: Dataset, episode_decisions: int, max_windows: int | None = None
) -> NDArray[np.int64]:
    """`[w, 3]` windows (tape, first, last decision) that lie side by side and fill the dataset.

    What is left at the end of a stretch, less than a window, is not judged. With `max_windows`,
    as many are kept, spread evenly over all of them.

    Raises:
        ConfigError: not one window fits, or none is wanted.
    """
    windows = dataset.windows(episode_decisions)
    if max_windows is None or len(windows) <= max_windows:
        return windows
    if max_windows < 1:
        raise ConfigError(f"the number of evaluation windows must be at least 1, not {max_windows}")
    return windows[np.linspace(0, len(windows) - 1, max_windows).round().astype(np.int64)]


def judge(core: Core, policy: Policy, windows: NDArray[np.int64]) -> EpisodeTable:
    """Run `policy` over every window exactly once, as many at a time as the core has rows.

    Args:
        core: any number of environments; its state is lost.
        policy: acts on all rows at once.
        windows: `[w, 3]` (tape, first, last decision).
    """
    parts = [
        _judge_chunk(core, policy, windows[start : start + core.num_envs])
        for start in range(0, len(windows), core.num_envs)
    ]
    return EpisodeTable(policy.name, np.concatenate(parts))


def _judge_chunk(core: Core, policy: Policy, windows: NDArray[np.int64]) -> NDArray[np.void]:
    wanted = len(windows)
    # rows without a window of their own repeat the last one; nobody reads them
    if isinstance(policy, Remembers):
        policy.begin()
    observations = core.reset_at(windows[np.minimum(np.arange(core.num_envs), wanted - 1)])
    episodes = np.zeros(wanted, core.finished.dtype)
    running = np.ones(wanted, bool)
    while running.any():
        actions = policy.act(observations, core.view())
        observations, _, terminated, truncated = core.step(actions)
        # with autoreset a row goes on after its end: only its first end is the window's
        ended = running & (terminated | truncated)[:wanted]
        if ended.any():
            episodes[ended] = core.finished[:wanted][ended]
            running &= ~ended
    return episodes
