"""Saving and loading a model in one zip file, without unpickling anything on the way back.

The file is what `model.save` of Stable-Baselines3 writes (so `PPO.load` opens it too), with one
more member that holds the normalisation statistics and the progress as JSON. Loading reads the
tensors (`torch.load(weights_only=True)`) and that member; SB3's own pickled attributes stay unread:
the algorithm is built again from the configuration.
"""

import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.save_util import load_from_zip_file, recursive_setattr

from agents.normalise import restore, statistics
from hft_gym.errors import InputError

_MEMBER = "hft_gym.json"
_COUNTERS = ("num_timesteps", "_n_updates", "_episode_num")


def dump(model: BaseAlgorithm) -> bytes:
    """The zip file of the model, its normalisation and its progress."""
    memory = io.BytesIO()
    model.save(memory, exclude=["_last_obs", "_last_original_obs", "_last_episode_starts"])
    about = {
        "normalisation": statistics(model.get_vec_normalize_env()),
        "counters": {name: int(getattr(model, name, 0)) for name in _COUNTERS},
    }
    with zipfile.ZipFile(memory, "a") as archive:
        archive.writestr(_MEMBER, json.dumps(about))
    return memory.getvalue()


def load(model: BaseAlgorithm, path: Path) -> None:
    """Put saved weights, optimiser, normalisation and progress into a freshly built model.

    Raises:
        InputError: the file is no saved model, or one of another shape.
    """
    try:
        about = read_about(path)
        _, parameters, variables = load_from_zip_file(path, load_data=False, device=model.device)
        model.set_parameters(parameters, device=model.device)
    except (ValueError, RuntimeError, pickle.UnpicklingError) as error:
        first = str(error).strip().splitlines()[0]
        raise InputError(f"{path} does not fit this configuration: {first}") from error
    for name, tensor in (variables or {}).items():
        recursive_setattr(model, f"{name}.data", tensor.data)
    for name, count in about["counters"].items():
        if hasattr(model, name):
            setattr(model, name, count)
    restore(model.get_vec_normalize_env(), about["normalisation"])


def read_about(path: Path) -> dict[str, Any]:
    """Normalisation statistics and counters of a saved model.

    Raises:
        InputError: the file is not a model saved by `dump`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return dict(json.loads(archive.read(_MEMBER)))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} is not a saved model of hft_gym") from error
