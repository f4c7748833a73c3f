"""Stable-Baselines3's VecEnv over the batch core: no Python loop over live environments."""

from collections import deque
from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any, Protocol

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices, VecEnvStepReturn

from hft_gym.envs.observations.seen import Observation, row_of
from hft_gym.envs.rendering.viewer import FRAMES_PER_S, Viewer

_KEPT_BATCHES = 4096  # batches of finished episodes that wait for a reader


class Core(Protocol):
    """What the adapter needs of a batch of n environments; `BatchCore` is one."""

    num_envs: int
    action_space: spaces.Space[Any]
    finished: NDArray[np.void]

    @property
    def final_observations(self) -> Observation:
        """Of `[n]` episodes as they ended, valid where the last step ended one."""

    @property
    def observation_space(self) -> spaces.Space[Any]:
        """Of one environment."""

    def reset(
        self,
        seeds: NDArray[np.int64] | None = None,
        *,
        stagger: bool = False,
        options: Mapping[str, Any] | None = None,
    ) -> Observation:
        """`[n, ...]` first observations; `stagger` draws the lengths of the first episodes.

        `options` name places to begin at, one value for each environment.
        """

    def step(self, actions: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """`[n, ...]` observations, `[n]` rewards, terminated, truncated; all fresh arrays."""

    def get_state(self) -> dict[str, NDArray[Any]]:
        """A copy of all that a step changes."""

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go back to such a copy."""

    def close(self) -> None:
        """Let threads go."""


class HftVecEnv(VecEnv):
    """`n` environments in one core; an environment that is done starts again in the same step.

    Attributes:
        core: the environments.
        stagger: whether a reset draws the lengths of the first episodes, so that the ends don't
            come all at once.
    """

    def __init__(self, core: Core, stagger: bool = False, render_mode: str | None = None) -> None:
        self.core = core
        self.stagger = stagger
        self._mode = render_mode
        # pictures need more of a core than learning does
        self._viewer = None if render_mode is None else Viewer(core, render_mode)  # type: ignore[arg-type]
        self._finished: deque[NDArray[np.void]] = deque(maxlen=_KEPT_BATCHES)
        self._actions: NDArray[Any] = np.empty(0)
        self._started_s = perf_counter()
        super().__init__(core.num_envs, core.observation_space, core.action_space)
        self.metadata = {**self.metadata, "render_fps": FRAMES_PER_S}  # type: ignore[dict-item]

    def reset(self) -> Observation:
        """`[n, ...]` first observations; seeds and options given before serve this reset only.

        Raises:
            ConfigError: the options cannot be followed.
        """
        seeds = None if None in self._seeds else np.asarray(self._seeds, np.int64)
        names = {name for options in self._options for name in options}
        options = {name: [each.get(name) for each in self._options] for name in names}
        self._reset_seeds()
        self._reset_options()
        observations = self.core.reset(seeds, stagger=self.stagger, options=options or None)
        if self._viewer is not None:
            self._viewer.note()
        return observations

    def step_async(self, actions: NDArray[Any]) -> None:
        """Keep the `[n, ...]` actions for `step_wait`."""
        self._actions = actions

    def step_wait(self) -> VecEnvStepReturn:
        """Observations `[n, ...]`, rewards `[n]`, dones `[n]`, infos of length n.

        Live environments share one empty info, since SB3 only reads it.
        """
        obs, rewards, terminated, truncated = self.core.step(self._actions)
        if self._viewer is not None:
            self._viewer.note()
        dones = terminated | truncated
        infos: list[dict[str, Any]] = [{}] * self.num_envs
        if dones.any():
            finished, final = self.core.finished, self.core.final_observations
            self._finished.append(finished[dones])
            elapsed_s = round(perf_counter() - self._started_s, 6)
            for i in np.flatnonzero(dones):
                infos[i] = {
                    "terminal_observation": row_of(final, int(i)),
                    "TimeLimit.truncated": bool(truncated[i] and not terminated[i]),
                    "episode": {
                        "r": float(finished["reward"][i]),
                        "l": int(finished["steps"][i]),
                        "t": elapsed_s,
                    },
                }
        return obs, rewards, dones, infos

    def take_finished(self) -> NDArray[np.void] | None:
        """`[m]` records of the episodes that ended since the last call, or None."""
        if not self._finished:
            return None
        records = np.concatenate(list(self._finished))
        self._finished.clear()
        return records

    def get_images(self) -> Sequence[NDArray[np.uint8] | None]:
        """A frame `[height, width, 3]` u1 of each environment, with `rgb_array`."""
        return [None] * self.num_envs if self._viewer is None else self._viewer.frames()

    def get_state(self) -> dict[str, NDArray[Any]]:
        """A copy of all that a step changes; the first axis of every array is the environment."""
        return self.core.get_state()

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go back to a state that `get_state` gave.

        Raises:
            ConfigError: it is not a state of such a batch.
        """
        self.core.set_state(state)
        if self._viewer is not None:
            self._viewer.forget()

    def close(self) -> None:
        """Let go of threads and windows."""
        self.core.close()
        if self._viewer is not None:
            self._viewer.close()

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        """The core's attribute, once for each index.

        Raises:
            AttributeError: the core has no such attribute.
        """
        value = self._mode if attr_name == "render_mode" else getattr(self.core, attr_name)
        return [value for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        """Set the core's attribute, which all environments share.

        Raises:
            ValueError: only some of the environments were asked for.
        """
        if len(set(self._get_indices(indices))) != self.num_envs:
            raise ValueError(f"all environments share {attr_name}: set it for all of them")
        setattr(self.core, attr_name, value)

    def env_method(
        self, method_name: str, *args: Any, indices: VecEnvIndices = None, **kwargs: Any
    ) -> list[Any]:
        """Call the core's method once; its answer stands for each index.

        Of `action_masks`, which has a row for each environment, each index gets its own.
        """
        answer = getattr(self.core, method_name)(*args, **kwargs)
        if method_name == "action_masks":
            return [answer[i] for i in self._get_indices(indices)]
        return [answer for _ in self._get_indices(indices)]

    def env_is_wrapped(
        self, wrapper_class: type[gym.Wrapper], indices: VecEnvIndices = None
    ) -> list[bool]:
        """No environment of a core is wrapped."""
        return [False for _ in self._get_indices(indices)]
