"""Settings that refer to others: kept with a run, so that a change reaches all that follow it.

A run's settings are written resolved, `latency.cancel` as the numbers it had. The table of what
referred to what lies beside them: `latency.cancel: {latency.entry}`.
"""

from collections.abc import Iterator
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException


def taken_out(config: DictConfig) -> dict[str, str]:
    """Every reference in unresolved settings: dotted name to text, without its dollar signs."""
    return dict(_references(config, ""))


def as_written(references: Any) -> dict[str, str]:
    """The same with dollar signs; nothing where the table is none."""
    if not isinstance(references, DictConfig):
        return {}
    return {str(name): str(text).replace("{", "${") for name, text in references.items()}


def put_back(config: DictConfig, references: dict[str, str]) -> None:
    """Let settings refer to others again, where they still have the value that they refer to.

    Args:
        config: resolved settings, changed in place.
        references: dotted name to text, with dollar signs.
    """
    values = OmegaConf.to_container(config, resolve=False)
    for name, text in references.items():
        OmegaConf.update(config, name, text, merge=False)
    for name in references:
        was = _value(values, name)
        try:
            found = OmegaConf.select(config, name)
        except OmegaConfBaseException:
            found = None
        if OmegaConf.is_config(found):
            found = OmegaConf.to_container(found, resolve=True)
        if found != was:  # somebody wrote another value into the file
            OmegaConf.update(config, name, was, merge=False)


def _references(config: Any, place: str) -> Iterator[tuple[str, str]]:
    for key in range(len(config)) if OmegaConf.is_list(config) else config.keys():
        name = f"{place}.{key}" if place else str(key)
        if OmegaConf.is_interpolation(config, key):
            yield name, str(config._get_node(key)._value()).replace("${", "{")
        elif not OmegaConf.is_missing(config, key) and OmegaConf.is_config(config[key]):
            yield from _references(config[key], name)


def _value(values: Any, name: str) -> Any:
    for key in name.split("."):
        if isinstance(values, list) and key.isdigit() and int(key) < len(values):
            values = values[int(key)]
        elif isinstance(values, dict):
            values = values.get(key)
        else:
            return None
    return values
