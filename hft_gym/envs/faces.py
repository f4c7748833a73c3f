"""What Gymnasium gets, of every task: one environment or a batch of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from hft_gym.envs.core import BatchCore
from hft_gym.envs.data import load, part_of
from hft_gym.envs.dataset import Dataset
from hft_gym.envs.interfaces import Models
from hft_gym.envs.observations.seen import Observation, row_of
from hft_gym.envs.rendering.viewer import FRAMES_PER_S, RENDER_MODES, viewer_for
from hft_gym.errors import ConfigError

State = dict[str, NDArray[Any]]
SEEDS = 2**63


def make_core(
    data: Dataset | Path | str | None,
    models: Models,
    num_envs: int,
    *,
    part: str = "train",
    step_ms: float = 250.0,
    warm_up_decisions: int = 0,
    **options: Any,
) -> BatchCore:
    """A batch over a dataset, a file or folder of MBO files, or (None) the generated market.

    Args:
        data: `step_ms`, `warm_up_decisions`, `part` and the latency of the feed count only where
            this is no Dataset, which has them of its own.
        models: the pluggable parts.
        num_envs: how many environments.
        part: `train`, `validation`, `test` or `all`.
        step_ms: milliseconds of local time between two decisions.
        warm_up_decisions: left out at the beginning of every stretch of the data.
        options: see `BatchCore`; and parts by the names that `Models` gives them, such as
            `action=`, which replace those of `models`.
    """
    models = models._replace(**{n: options.pop(n) for n in Models._fields if n in options})
    if not isinstance(data, Dataset):
        source = None if data is None else Path(data)
        whole = load(source, step_ms, models.market.latency.feed)
        data = part_of(whole.warmed_up(warm_up_decisions), part)
    return BatchCore(data, models, num_envs, **options)


def episode_summary(episode: NDArray[Any]) -> dict[str, Any]:
    """The fields of a finished episode as a dict: numbers of one row, arrays of several."""
    own = episode.copy()
    return {name: own[name] for name in episode.dtype.names or ()}


class MarketEnv(gym.Env[Observation, NDArray[Any]]):
    """One environment; see `make_core` for the arguments.

    An episode begins at a random place, or where the options of `reset` say: see
    `hft_gym.envs.starts.read_starts`. When it ends, `info["trading"]` tells what was earned. The
    environment can be pickled and copied at any moment.

    Args:
        data: what is traded.
        models: the pluggable parts; None: those of the task, `MODELS` of the class.
        render_mode: `rgb_array` (frames for `render()`), `human` (a window), or None.
        options: see `make_core`.
    """

    MODELS: ClassVar[Models]
    metadata = {"render_modes": RENDER_MODES, "render_fps": FRAMES_PER_S}  # noqa: RUF012 - its way

    def __init__(
        self,
        data: Dataset | Path | str | None = None,
        models: Models | None = None,
        render_mode: str | None = None,
        **options: Any,
    ) -> None:
        self.render_mode = render_mode
        self.core = make_core(data, models or self.MODELS, 1, autoreset=False, **options)
        self.observation_space = self.core.observation_space
        self.action_space = self.core.action_space
        self._viewer = viewer_for(self.core, render_mode)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode at a random place, or where `options` say.

        Raises:
            ConfigError: the options cannot be followed; the environment is as before then.
        """
        super().reset(seed=seed)
        seeds = None if seed is None else _seeds_from(seed, 1)
        observations = self.core.reset(seeds, options=options)
        if self._viewer is not None:
            self._viewer.note()
        return row_of(observations, 0), {}

    def step(self, action: NDArray[Any]) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Act, and see what the market has done by the next decision."""
        actions = np.asarray(action)[None]
        observations, rewards, terminated, truncated = self.core.step(actions)
        info: dict[str, Any] = {}
        if terminated[0] or truncated[0]:
            info["trading"] = episode_summary(self.core.finished[0])
        if self._viewer is not None:
            self._viewer.note()
        observation = row_of(observations, 0)
        return observation, float(rewards[0]), bool(terminated[0]), bool(truncated[0]), info

    def render(self) -> NDArray[np.uint8] | None:
        """The frame `[height, width, 3]` u1 with `rgb_array`; `human` shows each step by itself."""
        if self._viewer is None:
            gym.logger.warn("render() shows nothing without a render_mode, given to gym.make")
        if self._viewer is None or self.render_mode == "human":
            return None
        return self._viewer.frame(0)

    def action_masks(self) -> NDArray[np.bool_]:
        """`[options]` of the action that make sense now, as `MaskablePPO` of sb3-contrib asks."""
        return self.core.action_masks()[0]

    def get_state(self) -> State:
        """A copy of all that a step changes."""
        return self.core.get_state()

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go back to a state that `get_state` gave; `self.core.observe()` is what is seen there.

        Raises:
            ConfigError: it is not a state of such an environment.
        """
        self.core.set_state(state)
        if self._viewer is not None:
            self._viewer.forget()

    def close(self) -> None:
        """Let go of threads and windows."""
        self.core.close()
        if self._viewer is not None:
            self._viewer.close()


class MarketVectorEnv(VectorEnv[Observation, NDArray[Any], NDArray[Any]]):
    """A batch of environments in one kernel call; see `make_core` for the arguments.

    All autoreset modes of Gymnasium are there. `info["trading"]` (under `final_info` with
    SAME_STEP) tells what finished episodes earned. The batch can be pickled and copied.

    Args:
        num_envs: how many environments.
        data: what is traded.
        models: the pluggable parts; None: those of the task, `MODELS` of the class.
        autoreset_mode: when an environment begins anew after its end.
        stagger: draw the length of the first episodes after a whole reset.
        render_mode: `rgb_array`, `human` (shows the first environment), or None.
        options: see `make_core`; `max_episode_steps`, which Gymnasium's registry gives, is another
            name of `episode_decisions`.
    """

    MODELS: ClassVar[Models]

    def __init__(
        self,
        num_envs: int = 1,
        data: Dataset | Path | str | None = None,
        models: Models | None = None,
        autoreset_mode: AutoresetMode | str = AutoresetMode.SAME_STEP,
        stagger: bool = False,
        render_mode: str | None = None,
        **options: Any,
    ) -> None:
        max_episode_steps = options.pop("max_episode_steps", None)
        if max_episode_steps is not None:
            options["episode_decisions"] = max_episode_steps
        self.autoreset_mode = AutoresetMode(autoreset_mode)
        self.metadata = {
            "render_modes": RENDER_MODES,
            "render_fps": FRAMES_PER_S,
            "autoreset_mode": self.autoreset_mode,
        }
        self.render_mode = render_mode
        self._stagger = stagger
        self._same_step = self.autoreset_mode == AutoresetMode.SAME_STEP
        models = models or self.MODELS
        self.core = make_core(data, models, num_envs, autoreset=self._same_step, **options)
        self.num_envs = num_envs
        self.single_observation_space = self.core.observation_space
        self.single_action_space = self.core.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._to_reset = np.zeros(num_envs, np.bool_)
        self._viewer = viewer_for(self.core, render_mode)

    def reset(
        self,
        *,
        seed: int | list[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin episodes; `options["reset_mask"]` `[envs]` chooses which, all by default.

        Args:
            seed: environment k takes `seed + k`; or one seed (or None) for each.
            options: beside the mask those of `hft_gym.envs.starts.read_starts`.

        Raises:
            ConfigError: the options cannot be followed; the environments are as before then.
        """
        places = dict(options or {})  # wrappers outside still want to read the mask
        mask = self._mask(places.pop("reset_mask", None))
        if isinstance(seed, int | np.integer):
            super().reset(seed=int(seed))
        stagger = self._stagger and mask is None
        seeds = self._seeds(seed)
        observations = self.core.reset(seeds, mask, stagger=stagger, options=places)
        self._to_reset[slice(None) if mask is None else mask] = False
        if self._viewer is not None:
            self._viewer.note()
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
        if self._viewer is not None:
            self._viewer.note()
        return observations, rewards, terminated, truncated, self._info(done)

    def render(self) -> tuple[NDArray[np.uint8], ...] | None:
        """A frame `[height, width, 3]` u1 of each environment with `rgb_array`."""
        if self._viewer is None:
            gym.logger.warn("render() shows nothing without a render_mode, given to gym.make_vec")
        if self._viewer is None or self.render_mode == "human":
            return None
        return self._viewer.frames()

    def action_masks(self) -> NDArray[np.bool_]:
        """`[envs, options]` of the actions that make sense now."""
        return self.core.action_masks()

    def get_state(self) -> State:
        """A copy of all that a step changes; the first axis of every array is the environment."""
        return {**self.core.get_state(), "_to_reset": self._to_reset.copy()}

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go back to a state that `get_state` gave; see `BatchCore.set_state`.

        Raises:
            ConfigError: it is not a state of such a batch.
        """
        waiting = state.get("_to_reset")
        if waiting is None or waiting.shape != (self.num_envs,):
            raise ConfigError(f"not a state of a batch of {self.num_envs} environments")
        self.core.set_state(state)
        self._to_reset = waiting.copy()
        if self._viewer is not None:
            self._viewer.forget()

    def close_extras(self, **kwargs: Any) -> None:
        """Let go of threads and windows."""
        self.core.close()
        if self._viewer is not None:
            self._viewer.close()

    def _info(self, done: NDArray[np.bool_]) -> dict[str, Any]:
        if not done.any():
            return {}
        ended = np.flatnonzero(done)
        episodes = np.zeros(self.num_envs, self.core.finished.dtype)
        episodes[ended] = self.core.finished[ended]
        done = done.copy()
        trading = episode_summary(episodes)
        trading.update({f"_{name}": done for name in list(trading)})
        if not self._same_step:
            return {"trading": trading, "_trading": done}
        final = np.full(self.num_envs, None, object)
        observations = self.core.final_observations
        for k in ended:
            final[k] = row_of(observations, int(k))
        return {
            "final_obs": final,
            "_final_obs": done,
            "final_info": {"trading": trading, "_trading": done},
            "_final_info": done,
        }

    def _mask(self, mask: Any) -> NDArray[np.bool_] | None:
        if mask is None:
            return None
        mask = np.asarray(mask)
        if mask.shape != (self.num_envs,) or mask.dtype != np.bool_:
            raise ConfigError(
                f"options['reset_mask'] must be {self.num_envs} booleans, not {mask.dtype} of "
                f"shape {mask.shape}"
            )
        return mask

    def _seeds(self, seed: int | list[int | None] | None) -> NDArray[np.int64] | None:
        if seed is None:
            return None
        if isinstance(seed, int | np.integer):
            return _seeds_from(int(seed), self.num_envs)
        if len(seed) != self.num_envs:
            raise ValueError(f"{len(seed)} seeds for {self.num_envs} environments")
        fresh = np.random.default_rng().integers(0, 2**62, self.num_envs)
        return np.array([f if s is None else s for s, f in zip(seed, fresh, strict=True)], np.int64)


def _seeds_from(seed: int, num_envs: int) -> NDArray[np.int64]:
    """`seed + k` for environment k, of any size as Gymnasium allows."""
    return np.array([(seed + k) % SEEDS for k in range(num_envs)], np.int64)
