"""`hft_gym/MarketMaking-v0`: quote both sides of a market, one environment or a batch."""

from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from hft_gym.envs.core import BatchCore
from hft_gym.envs.data import load, part_of
from hft_gym.envs.dataset import Dataset
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.interfaces import Models
from hft_gym.envs.observations.seen import Observation, row_of
from hft_gym.envs.records import EPISODE_DTYPE


def make_core(
    data: Dataset | Path | str | None,
    models: Models,
    num_envs: int,
    *,
    part: str = "train",
    step_ms: float = 250.0,
    feed_ns: int = 50_000,
    **options: Any,
) -> BatchCore:
    """A batch over a dataset, a file or folder of MBO files, or (None) the generated market.

    Args:
        data: `step_ms`, `feed_ns` and `part` count only where this is no Dataset.
        models: the pluggable parts.
        num_envs: how many environments.
        part: `train`, `validation`, `test` or `all`.
        step_ms: milliseconds of local time between two decisions.
        feed_ns: latency of the feed.
        options: see `BatchCore`.
    """
    if not isinstance(data, Dataset):
        source = None if data is None else Path(data)
        data = part_of(load(source, step_ms, feed_ns), part)
    return BatchCore(data, models, num_envs, **options)


def episode_summary(episode: NDArray[Any]) -> dict[str, Any]:
    """The fields of `EPISODE_DTYPE` as a dict: numbers of one row, arrays of several."""
    return {name: episode[name].copy() for name in EPISODE_DTYPE.names or ()}


class MarketMakingEnv(gym.Env[Observation, NDArray[Any]]):
    """One environment; see `make_core` for the arguments.

    `reset(options={"tape": k, "decision": d})` starts at a place of your choice. When an episode
    ends, `info["trading"]` tells what was earned.
    """

    metadata = {"render_modes": []}  # noqa: RUF012 - gymnasium's own convention

    def __init__(
        self,
        data: Dataset | Path | str | None = None,
        models: Models = MODELS,
        **options: Any,
    ) -> None:
        self.render_mode = None
        self.core = make_core(data, models, 1, autoreset=False, **options)
        self.observation_space = self.core.observation_space
        self.action_space = self.core.action_space

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode at a random place, or at `options`' tape and decision."""
        super().reset(seed=seed)
        seeds = None if seed is None else np.array([seed])
        observations = self.core.reset(seeds)
        if options and {"tape", "decision"} & set(options):
            first = int(options.get("decision", 0))
            last = first + self.core.episode_decisions
            window = np.array([[int(options.get("tape", 0)), first, last]])
            observations = self.core.reset_at(window)
        return row_of(observations, 0), {}

    def step(self, action: NDArray[Any]) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Quote, and see what the market has done by the next decision."""
        actions = np.asarray(action)[None]
        observations, rewards, terminated, truncated = self.core.step(actions)
        info: dict[str, Any] = {}
        if terminated[0] or truncated[0]:
            info["trading"] = episode_summary(self.core.finished[0])
        observation = row_of(observations, 0)
        return observation, float(rewards[0]), bool(terminated[0]), bool(truncated[0]), info

    def close(self) -> None:
        """Let go of threads."""
        self.core.close()


class MarketMakingVectorEnv(VectorEnv[Observation, NDArray[Any], NDArray[Any]]):
    """A batch of environments in one kernel call; see `make_core` for the arguments.

    Both autoreset modes of Gymnasium are there. `info["trading"]` (under `final_info` with
    SAME_STEP) tells what finished episodes earned.
    """

    def __init__(
        self,
        num_envs: int = 1,
        data: Dataset | Path | str | None = None,
        models: Models = MODELS,
        autoreset_mode: AutoresetMode | str = AutoresetMode.SAME_STEP,
        max_episode_steps: int | None = None,
        **options: Any,
    ) -> None:
        if max_episode_steps is not None:
            options["episode_decisions"] = max_episode_steps
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {"render_modes": [], "autoreset_mode": self.autoreset_mode}
        self.render_mode = None
        self._same_step = self.autoreset_mode == AutoresetMode.SAME_STEP
        self.core = make_core(data, models, num_envs, autoreset=self._same_step, **options)
        self.num_envs = num_envs
        self.single_observation_space = self.core.observation_space
        self.single_action_space = self.core.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._to_reset = np.zeros(num_envs, np.bool_)

    def reset(
        self,
        *,
        seed: int | list[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin episodes; `options["reset_mask"]` `[envs]` chooses which, all by default."""
        mask = (options or {}).get("reset_mask")
        if isinstance(seed, int):
            super().reset(seed=seed)
        observations = self.core.reset(self._seeds(seed), mask)
        self._to_reset[slice(None) if mask is None else np.asarray(mask)] = False
        return observations, {}

    def step(
        self, actions: NDArray[Any]
    ) -> tuple[Observation, NDArray[np.float32], NDArray[np.bool_], NDArray[np.bool_], dict]:
        """Step all environments; those whose episode ended begin anew by the autoreset mode."""
        observations, rewards, terminated, truncated = self.core.step(actions)
        if self._to_reset.any():
            observations = self.core.reset(mask=self._to_reset)
        done = terminated | truncated
        self._to_reset = done & (self.autoreset_mode == AutoresetMode.NEXT_STEP)
        return observations, rewards, terminated, truncated, self._info(done)

    def close_extras(self, **kwargs: Any) -> None:
        """Let go of threads."""
        self.core.close()

    def _info(self, done: NDArray[np.bool_]) -> dict[str, Any]:
        if not done.any():
            return {}
        trading = episode_summary(self.core.finished)
        trading.update({f"_{name}": done.copy() for name in tuple(trading)})
        if not self._same_step:
            return {"trading": trading, "_trading": done.copy()}
        final = np.full(self.num_envs, None, object)
        observations = self.core.final_observations
        for k in np.flatnonzero(done):
            final[k] = row_of(observations, int(k))
        return {
            "final_obs": final,
            "_final_obs": done.copy(),
            "final_info": {"trading": trading, "_trading": done.copy()},
            "_final_info": done.copy(),
        }

    def _seeds(self, seed: int | list[int | None] | None) -> NDArray[np.int64] | None:
        if seed is None:
            return None
        if isinstance(seed, int):
            return seed + np.arange(self.num_envs)
        if len(seed) != self.num_envs:
            raise ValueError(f"{len(seed)} seeds for {self.num_envs} environments")
        fresh = np.random.default_rng().integers(0, 2**62, self.num_envs)
        return np.array([f if s is None else s for s, f in zip(seed, fresh, strict=True)], np.int64)
