"""The settings of a run: composed from conf/, or those of an earlier run with a few changes."""

from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from agents.checks import check_values
from agents.references import as_written, put_back, taken_out
from agents.run_folder import RunFolder
from agents.trust import check_references, check_targets
from hft_gym.errors import ConfigError, InputError

_ABOUT_THE_CALL = ("resume", "run", "trust")  # what no run hands on to the next


def of_new_run(config: DictConfig) -> DictConfig:
    """The composed settings, resolved; paths are made independent of the working folder.

    Raises:
        ConfigError: a number is out of range.
    """
    found = _checked(_in_order(_resolved(config)))
    found.references = taken_out(config)
    return found


def of_saved_run(folder: RunFolder, config: DictConfig) -> DictConfig:
    """The settings that the run was made with, and on top what this call says by name.

    Args:
        folder: an existing run.
        config: as composed for this call.

    Raises:
        ConfigError: another option of a group was asked for, or the run names classes from
            elsewhere without `trust=true`.
        InputError: the run's config.yaml cannot be read.
    """
    saved = _load(folder)
    references = as_written(saved.pop("references", None))  # earlier runs kept none
    check_references([OmegaConf.to_container(saved, resolve=False), references], config.trust)
    changes = _changes(config)
    put_back(saved, {k: v for k, v in references.items() if not _touched(k, changes)})
    for name in changes:
        group = name.split(".")[0]
        if name in HydraConfig.get().runtime.choices:
            raise ConfigError(f"a saved run keeps its {name}; change single values, {name}.x=...")
        if group not in _ABOUT_THE_CALL:
            if OmegaConf.select(saved, group) is None:
                raise ConfigError(f"the run has no setting {name}")
            OmegaConf.update(saved, name, OmegaConf.select(config, name), force_add=True)
    found = _in_order(_resolved(saved))
    check_targets(OmegaConf.to_container(found), trust=config.trust)
    found = _checked(found)
    found.references = taken_out(saved)
    return found


def changed(config: DictConfig) -> bool:
    """Whether this call changes settings of the saved run it names."""
    return any(name not in _ABOUT_THE_CALL for name in _changes(config))


def as_yaml(config: DictConfig, agent: str | None = None) -> str:
    """The text of a run's config.yaml, which also keeps the agent's name."""
    kept = {k: v for k, v in config.items() if k not in _ABOUT_THE_CALL}
    if agent is not None:
        kept["agent_name"] = agent
    return OmegaConf.to_yaml(OmegaConf.create(kept))


def agent_name(run: RunFolder | None = None) -> str:
    """Name of the chosen option of the group `agent`, or of the one that a run was made with."""
    if run is None:
        return str(HydraConfig.get().runtime.choices["agent"])
    return str(_load(run).get("agent_name", "agent"))


def _load(folder: RunFolder) -> DictConfig:
    path = folder.path / "config.yaml"
    try:
        saved = OmegaConf.load(path)
    except (OSError, UnicodeDecodeError, YAMLError, OmegaConfBaseException) as error:
        raise InputError(f"{path} cannot be read as settings") from error
    if not isinstance(saved, DictConfig) or not {"data", "env", "agent"} <= set(saved):
        raise InputError(f"{path} cannot be read as settings")
    return saved


def _changes(config: DictConfig) -> list[str]:
    overrides = HydraConfig.get().overrides.task
    return [text.lstrip("+~").split("=")[0].split("@")[0] for text in overrides]


def _touched(setting: str, changes: list[str]) -> bool:
    """Whether one of the changes names the setting, a part of it, or what it is part of."""
    whole = f"{setting}."
    return any(whole.startswith(f"{c}.") or f"{c}.".startswith(whole) for c in changes)


def _resolved(config: DictConfig) -> DictConfig:
    try:
        plain: Any = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    except OmegaConfBaseException as error:
        raise ConfigError(" ".join(str(error).split())) from error
    return OmegaConf.create(plain)


def _in_order(config: DictConfig) -> DictConfig:
    if config.data.get("path") is not None:
        config.data.path = str(Path(config.data.path).expanduser().absolute())
    for name in ("total_timesteps", "torch_threads"):
        if config[name] < 1:
            raise ConfigError(f"{name} must be at least 1, not {config[name]}")
    if config.evaluation.episodes < 2:
        raise ConfigError("evaluation.episodes must be at least 2: one has no interval")
    return config


def _checked(config: DictConfig) -> DictConfig:
    # after `check_targets`: looking at a parameter's type imports its module
    check_values(OmegaConf.to_container(config))
    return config
