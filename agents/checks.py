"""Values of the settings against the types of the parameters that they are for."""

import inspect
import types
import typing
from collections.abc import Callable, Iterator
from typing import Any

from hydra.errors import HydraException
from hydra.utils import get_object

from hft_gym.errors import ConfigError

_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
_DURATIONS = (".ns", "_ns", "_ms", "_s")


def check_values(config: Any) -> None:
    """Refuse values of the wrong kind, and negative durations, before anything is built.

    A NamedTuple takes whatever it is given, and its kernel would fail to compile on it much later.

    Args:
        config: plain dicts and lists, resolved; each dict with a `_target_` is checked.

    Raises:
        ConfigError: one line that names the setting.
    """
    for place, node in _nodes(config, ""):
        for name, wanted in _annotations(node["_target_"]).items():
            if name in node:
                _check(f"{place}.{name}", node[name], wanted)


def _check(place: str, value: Any, wanted: Any) -> None:
    allowed = typing.get_args(wanted) if _is_union(wanted) else (wanted,)
    simple = tuple(kind for kind in allowed if kind in _KINDS)
    if len(simple) < len([kind for kind in allowed if kind is not types.NoneType]):
        return  # something else than a plain value is allowed as well
    if value is None and types.NoneType in allowed:
        return
    if not any(_fits(value, kind) for kind in simple):
        kinds = " or ".join(_KINDS[kind] for kind in simple)
        raise ConfigError(f"{place} must be {kinds}, not {value!r}")
    if place.endswith(_DURATIONS) and isinstance(value, int | float) and value < 0:
        raise ConfigError(f"{place} is a time and must not be negative: {value}")


def _fits(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, int | float) if kind is float else isinstance(value, kind)


def _is_union(wanted: Any) -> bool:
    return typing.get_origin(wanted) in (typing.Union, types.UnionType)


def _annotations(target: str) -> dict[str, Any]:
    """Types of a target's parameters; nothing where it does not exist or does not tell."""
    try:
        found: Callable[..., Any] = get_object(target)
        signature = inspect.signature(found, eval_str=True)
    except (HydraException, ImportError, AttributeError, NameError, TypeError, ValueError):
        return {}
    return {name: parameter.annotation for name, parameter in signature.parameters.items()}


def _nodes(config: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(config, dict):
        if "_target_" in config:
            yield place, config
        for name, value in config.items():
            yield from _nodes(value, f"{place}.{name}" if place else str(name))
    elif isinstance(config, list):
        for k, value in enumerate(config):
            yield from _nodes(value, f"{place}[{k}]")
