"""Normalisation by running statistics: in few passes, and as plain JSON where it is saved."""

from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3.common.running_mean_std import RunningMeanStd
from stable_baselines3.common.vec_env import VecEnv, VecNormalize
from stable_baselines3.common.vec_env.base_vec_env import VecEnvStepReturn

from hft_gym.errors import InputError

_MOMENTS = ("mean", "var", "count")


class FusedNormalize(VecNormalize):
    """`VecNormalize` with half the work, for observations that are one array f4.

    Statistics are those of `VecNormalize`, taken in single precision as there, up to rounding. The
    observations that episodes ended on are normalised all at once.
    """

    def step_wait(self) -> VecEnvStepReturn:
        """Normalised observations and rewards; see `VecNormalize.step_wait`."""
        if not self.norm_obs:
            return super().step_wait()
        obs, rewards, dones, infos = self.venv.step_wait()
        assert isinstance(obs, np.ndarray)
        self.old_obs, self.old_reward = obs, rewards
        if self.training:
            assert isinstance(self.obs_rms, RunningMeanStd)
            _update(self.obs_rms, obs)
            self.returns *= self.gamma
            self.returns += rewards
            _update(self.ret_rms, self.returns)
        ended = np.flatnonzero(dones)
        told = [i for i in ended if "terminal_observation" in infos[i]]
        if told:
            final = self.normalize_obs(np.stack([infos[i]["terminal_observation"] for i in told]))
            for i, row in zip(told, final, strict=True):
                infos[i]["terminal_observation"] = row
        shown, paid = self.normalize_obs(obs), self.normalize_reward(rewards)
        self.returns[ended] = 0.0
        return shown, paid, dones, infos

    def normalize_obs(self, obs: Any) -> Any:
        """`[n, ...]` normalised observations, a new array."""
        if not self.norm_obs or isinstance(obs, dict):
            return super().normalize_obs(obs)
        assert isinstance(self.obs_rms, RunningMeanStd)
        mean = np.asarray(self.obs_rms.mean, np.float32)
        scale = np.asarray(1.0 / np.sqrt(self.obs_rms.var + self.epsilon), np.float32)
        return _scaled(np.asarray(obs, np.float32), mean, scale, self.clip_obs)

    def normalize_reward(self, reward: NDArray[Any]) -> NDArray[np.float32]:
        """`[n]` normalised rewards, a new array."""
        if not self.norm_reward:
            return super().normalize_reward(reward)
        most, scale = self.clip_reward, 1.0 / np.sqrt(self.ret_rms.var + self.epsilon)
        return np.asarray(reward * scale, np.float32).clip(-most, most)


def _scaled(
    obs: NDArray[np.float32], mean: NDArray[np.float32], scale: NDArray[np.float32], most: float
) -> NDArray[np.float32]:
    found = torch.from_numpy(obs).sub(torch.from_numpy(mean))
    return found.mul_(torch.from_numpy(scale)).clamp_(-most, most).numpy()


def _update(running: RunningMeanStd, batch: NDArray[Any]) -> None:
    """Take `[n, ...]` into the statistics."""
    near = np.asarray(running.mean, batch.dtype)  # differences to it keep their digits when squared
    off = torch.from_numpy(batch) - torch.from_numpy(near)
    mean = off.sum(0).double().numpy() / len(batch)
    var = off.square_().sum(0).double().numpy() / len(batch) - mean**2
    running.update_from_moments(near + mean, np.maximum(var, 0.0), len(batch))


def normalised(env: VecEnv, **options: Any) -> VecNormalize:
    """The environments with normalisation; `options` are those of `VecNormalize`."""
    wrapper = FusedNormalize if _is_plain(env.observation_space) else VecNormalize
    return wrapper(env, **options)


def _is_plain(space: spaces.Space[Any]) -> bool:
    return isinstance(space, spaces.Box) and space.dtype == np.float32


def statistics(env: VecNormalize | None) -> dict[str, Any] | None:
    """What `restore` needs; floats keep every bit in JSON. None stays None."""
    if env is None:
        return None
    return {
        name: {moment: np.asarray(getattr(found, moment)).tolist() for moment in _MOMENTS}
        for name, found in _running(env).items()
    }


def restore(env: VecNormalize | None, saved: dict[str, Any] | None) -> None:
    """Put saved statistics into `env`.

    Raises:
        InputError: they were saved with other features or without normalisation.
    """
    if env is None and saved is None:
        return
    running = {} if env is None else _running(env)
    if set(running) != set(saved or {}):
        raise InputError(
            f"the model was saved with normalisation of {sorted(saved or {}) or 'nothing'}, this "
            f"run normalises {sorted(running) or 'nothing'}: use the settings it was trained with"
        )
    for name, moments in (saved or {}).items():
        mean, var = np.asarray(moments["mean"]), np.asarray(moments["var"])
        if mean.shape != running[name].mean.shape:
            raise InputError(
                f"the model was trained on {mean.size} features, this run has "
                f"{running[name].mean.size}: use the features it was trained with"
            )
        running[name].mean, running[name].var = mean, var
        running[name].count = float(moments["count"])


def _running(env: VecNormalize) -> dict[str, RunningMeanStd]:
    found: dict[str, Any] = {}
    if env.norm_obs:
        of_observations = env.obs_rms
        if isinstance(of_observations, dict):
            found.update({f"observation.{name}": rms for name, rms in of_observations.items()})
        else:
            found["observation"] = of_observations
    if env.norm_reward:
        found["reward"] = env.ret_rms
    return found
