"""Running statistics of observations and rewards as plain JSON: no pickle is ever loaded."""

from typing import Any

import numpy as np
from stable_baselines3.common.running_mean_std import RunningMeanStd
from stable_baselines3.common.vec_env import VecNormalize

from hft_gym.errors import InputError

_MOMENTS = ("mean", "var", "count")


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
