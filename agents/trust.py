"""A run folder may come from a stranger: its configuration must not name whatever it likes."""

import inspect
from typing import Any

from hydra.errors import HydraException
from hydra.utils import get_object
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.buffers import BaseBuffer
from stable_baselines3.common.noise import ActionNoise
from torch.nn import Module
from torch.optim import Optimizer

from hft_gym.errors import ConfigError

# what is looked at: a module is imported before its object can be judged
MODULES = ("hft_gym.", "agents.", "stable_baselines3.", "sb3_contrib.", "torch.nn.", "torch.optim.")
# beside NamedTuples and frozen dataclasses of hft_gym, which only hold what they are given
CLASSES = (BaseAlgorithm, BaseBuffer, ActionNoise, Module, Optimizer)
FUNCTIONS = (
    "hft_gym.tape.build.build_tapes",
    "hft_gym.envs.rewards.sum.weighted_sum",
    "hft_gym.market.rules.venue_rules",
)
PLACES = ("cache", "tensorboard_log")  # parameters that say where to write


def check_targets(config: Any, trust: bool = False) -> None:
    """Refuse `_target_`s that a stranger's run could misuse.

    The judgement is by the object, not by the path that leads to it:
    `agents.run_folder.subprocess.Popen` begins well and ends badly, and of our own functions some
    write files.

    Args:
        config: plain dicts and lists, resolved.
        trust: the user vouches for the run.

    Raises:
        ConfigError: a target is none of those a run needs, does not exist, or would write to a
            place that the run chose.
    """
    if trust:
        return
    for node in targets(config):
        target = str(node["_target_"])
        if not _is_harmless(target):
            raise ConfigError(
                f"the run names _target_ {target}, which is no model, agent or network of hft_gym, "
                "agents, stable_baselines3 or torch.nn; pass trust=true if you trust where it "
                "comes from"
            )
        for name in PLACES:
            if node.get(name) is not None:
                raise ConfigError(
                    f"the run wants {target} to write to {node[name]} ({name}); "
                    "pass trust=true if you trust where it comes from"
                )


def check_references(config: Any, trust: bool = False) -> None:
    """Refuse `${...}` that do more than refer to another setting of the run.

    Args:
        config: plain dicts and lists, as they were written.
        trust: the user vouches for the run.

    Raises:
        ConfigError: one reads something else, such as `${oc.env:PASSWORD}`.
    """
    if isinstance(config, dict):
        for value in (*config.keys(), *config.values()):
            check_references(value, trust)
    elif isinstance(config, list):
        for value in config:
            check_references(value, trust)
    elif isinstance(config, str) and "${" in config and not trust:
        rest = config.replace("${oc.select:", "${")
        if ":" in rest:  # whatever else is called, its name may be made of references as well
            raise ConfigError(
                f"the run's setting {config} reads more than settings; "
                "pass trust=true if you trust where it comes from"
            )


def targets(config: Any) -> list[dict[str, Any]]:
    """Every dict with a `_target_` in nested dicts and lists."""
    if isinstance(config, dict):
        own = [config] if "_target_" in config else []
        return own + [t for value in config.values() for t in targets(value)]
    if isinstance(config, list):
        return [t for value in config for t in targets(value)]
    return []


def _is_harmless(target: str) -> bool:
    if not target.startswith(MODULES):
        return False  # not even imported
    if target in FUNCTIONS:
        return True
    try:
        found = get_object(target)
    except (HydraException, ImportError, AttributeError, ValueError):
        return False
    if not inspect.isclass(found) or not f"{found.__module__}.".startswith(MODULES):
        return False
    return issubclass(found, CLASSES) or _only_holds(found)


def _only_holds(found: type) -> bool:
    is_named_tuple = issubclass(found, tuple) and hasattr(found, "_fields")
    is_frozen = getattr(getattr(found, "__dataclass_params__", None), "frozen", False)
    return found.__module__.startswith("hft_gym.") and (is_named_tuple or is_frozen)
