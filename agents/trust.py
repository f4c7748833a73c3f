"""A run folder may come from a stranger: its configuration must not name whatever it likes."""

import inspect
from typing import Any

from hydra.errors import HydraException
from hydra.utils import get_object

from hft_gym.errors import ConfigError

CLASSES_FROM = (
    "hft_gym.", "agents.", "stable_baselines3.", "sb3_contrib.", "torch.nn.", "torch.optim.",
)  # fmt: skip
FUNCTIONS_FROM = ("hft_gym.tape.", "hft_gym.envs.rewards.", "hft_gym.market.rules.")


def check_targets(config: Any, trust: bool = False) -> None:
    """Refuse `_target_`s that a stranger's run could misuse.

    The judgement is by the module that defines the object, not by the path that leads to it:
    `agents.run_folder.subprocess.Popen` begins well and ends badly.

    Args:
        config: plain dicts and lists, resolved.
        trust: the user vouches for the run.

    Raises:
        ConfigError: a target comes from elsewhere, or does not exist.
    """
    if trust:
        return
    for target in targets(config):
        if not _is_ours(target):
            raise ConfigError(
                f"the run names _target_ {target}, which is no class of hft_gym, agents, "
                "stable_baselines3 or torch.nn; pass trust=true if you trust where it comes from"
            )


def targets(config: Any) -> list[str]:
    """Every `_target_` in nested dicts and lists."""
    if isinstance(config, dict):
        own = [str(config["_target_"])] if "_target_" in config else []
        return own + [t for value in config.values() for t in targets(value)]
    if isinstance(config, list):
        return [t for value in config for t in targets(value)]
    return []


def _is_ours(target: str) -> bool:
    if not target.startswith((*CLASSES_FROM, *FUNCTIONS_FROM)):
        return False  # not even imported
    try:
        found = get_object(target)
    except (HydraException, ImportError, AttributeError, ValueError):
        return False
    defined_in = f"{getattr(found, '__module__', '')}."
    if inspect.isclass(found):
        return defined_in.startswith(CLASSES_FROM)
    return inspect.isfunction(found) and defined_in.startswith(FUNCTIONS_FROM)
