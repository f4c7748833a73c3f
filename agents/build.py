"""From settings to things: tapes, dataset, environments, agent."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from hydra.utils import instantiate
from omegaconf import DictConfig
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.vec_env import VecEnv

from agents.normalise import normalised
from agents.vec_env import HftVecEnv
from hft_gym.envs.actions.touch_quotes import TouchQuotes
from hft_gym.envs.core import BatchCore
from hft_gym.envs.dataset import Dataset, Split, has_session, split
from hft_gym.envs.interfaces import Models, OpenEnded, room_of
from hft_gym.envs.observations.flat import Flat
from hft_gym.errors import ConfigError
from hft_gym.features.interfaces import slot_read_by
from hft_gym.kernel.jit import enable_cache
from hft_gym.market.interfaces import MarketModels, VenueRules
from hft_gym.tape.generated import default_folder, generate
from hft_gym.tape.market_tape import MarketTape

Say = Callable[[str], None]

_OF_RULES = ("offsets", "lots", "post_only")
_EXTRAS = {"sb3_contrib": "contrib"}  # packages that come with an extra of hft_gym


def tapes(config: DictConfig, say: Say) -> list[MarketTape]:
    """Tapes of the user's files, or of the generated market, which is written once.

    Raises:
        InputError: the files cannot be used.
    """
    enable_cache()  # before the first kernel is compiled
    source = config.data.path
    if source is None:
        market = instantiate(config.market)
        source = default_folder(market)
        if not source.exists():
            say(f"generating {market.days} days of market in {source} (once)")
        generate(market, source)
    found = list(instantiate(config.data.tapes, source=Path(source)))
    for tape in found:
        if not has_session(tape):
            say(f"{tape.meta.source} has no stretch in which one can trade: passed over")
    return [tape for tape in found if has_session(tape)] or found


def sources(of_tapes: list[MarketTape]) -> dict[str, str]:
    """Name and sha256 of every file that the tapes were made of."""
    return {tape.meta.source: tape.meta.source_sha256 for tape in of_tapes}


def datasets(config: DictConfig, of_tapes: list[MarketTape]) -> Split:
    """The training, validation and test parts, with features computed."""
    step, *features = market_parts(config)
    whole = Dataset.of(of_tapes, step, features, instantiate(config.latency).feed)
    warm_up = config.env.get("warm_up_decisions", 0)  # runs of before there was one
    return split(whole.warmed_up(warm_up), **config.data.split)


def market_parts(config: DictConfig) -> list[Any]:
    """The clock of decisions and the market's features: what a dataset is made by."""
    return [instantiate(config.env.step), *_instances(config.features.market)]


def models(config: DictConfig) -> Models:
    """Every pluggable part of the environments."""
    return Models(
        market=MarketModels(
            latency=instantiate(config.latency),
            queue=instantiate(config.queue),
            fees=instantiate(config.fees),
            risk=instantiate(config.risk),
            # runs of before the venue's rules were settings have none
            rules=instantiate(config.rules) if "rules" in config else VenueRules(),
        ),
        action=instantiate(config.action),
        reward=instantiate(config.reward, _convert_="all"),
        own_features=_instances(config.features.own),
        # runs of before observations had forms, or there were tasks, have no such setting
        observation=instantiate(config.observation) if "observation" in config else Flat(),
        task=instantiate(config.task) if "task" in config else OpenEnded(),
    )


def rule_models(chosen: Models) -> Models:
    """The same parts for rules, which quote by `TouchQuotes` whatever the agent does.

    An action model of another kind tells in `for_rules()` by what they act instead. Rules look at
    no features: those of orders that only the agent can have are left out.
    """
    action = chosen.action
    if isinstance(action, TouchQuotes) and action.sizes == 1:
        return chosen
    if hasattr(action, "for_rules"):
        return chosen._replace(action=action.for_rules(), observation=Flat())
    kept = {name: getattr(action, name) for name in _OF_RULES if hasattr(action, name)}
    orders = room_of(TouchQuotes()).orders
    features = tuple(f for f in chosen.own_features if (slot_read_by(f) or 0) < orders)
    action = TouchQuotes(**kept)
    return chosen._replace(action=action, observation=Flat(), own_features=features)


def core(
    config: DictConfig, dataset: Dataset, num_envs: int, parts: Models | None = None
) -> BatchCore:
    """So many environments on a dataset, made of `parts` or of what the settings say."""
    return BatchCore(
        dataset,
        models(config) if parts is None else parts,
        num_envs,
        episode_decisions=config.env.episode_decisions,
        max_position_lots=config.env.max_position_lots,
        ruin_ticks=config.env.ruin_ticks,
        threads=config.env.threads,
    )


def vec_env(config: DictConfig, batch: BatchCore) -> VecEnv:
    """What Stable-Baselines3 trains on, normalised as the settings say."""
    env = HftVecEnv(batch, stagger=True)
    if not (config.normalise.norm_obs or config.normalise.norm_reward):
        return env
    return normalised(env, gamma=config.agent.get("gamma", 0.99), **config.normalise)


def agent(config: DictConfig, env: VecEnv, seed: int) -> BaseAlgorithm:
    """The learning algorithm with fresh weights.

    Raises:
        ConfigError: it is no algorithm of Stable-Baselines3, or its package is missing.
    """
    package = str(config.agent._target_).split(".")[0]
    if package in _EXTRAS:
        try:
            import_module(package)
        except ImportError as error:
            raise ConfigError(
                f"{config.agent._target_} needs a package that is not installed: "
                f"pip install 'hft_gym[{_EXTRAS[package]}]'"
            ) from error
    built = instantiate(config.agent, env=env, seed=seed, _convert_="all")
    if not isinstance(built, BaseAlgorithm):
        raise ConfigError(f"{config.agent._target_} is no algorithm of Stable-Baselines3")
    return built


def _instances(group: DictConfig) -> tuple[Any, ...]:
    return tuple(instantiate(part) for part in group.values() if part is not None)
