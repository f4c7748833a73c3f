"""What the parts of an environment may decide; a NamedTuple implements one with `.implement`."""

from typing import Any, NamedTuple, Protocol

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.observations.flat import Flat
from hft_gym.envs.observations.seen import ObservationModel
from hft_gym.envs.quoting import requote
from hft_gym.envs.records import ENV_DTYPE, SIDES, Fields, env_dtype
from hft_gym.errors import ConfigError
from hft_gym.features.interfaces import slot_read_by
from hft_gym.kernel.interface import inlined_interface, interface, optional_interface
from hft_gym.kernel.jit import kernel
from hft_gym.market.checks import trader_fields_of
from hft_gym.market.interfaces import MarketModels


@interface
def set_targets(model: tuple, action: NDArray[Any], env: np.void) -> None:
    """Turn one environment's action into the quotes wanted now.

    Write `env["target_px_ticks"]`, `env["target_lots"]` (0: no quote; place 0 the bid, 1 the ask)
    and `env["target_post_only"]`. An action model that implements `carry_out` needs none of this.
    """


@optional_interface
def begin_acting(model: tuple, env: np.void) -> None:
    """An episode begins: set up `env["acting"]`, whose fields are those of `Room.state`."""


@inlined_interface
def carry_out(
    model: tuple,
    market: MarketModels,
    tape: np.void,
    env: np.void,
    action: NDArray[Any],
    settings: np.void,
) -> None:
    """Send the messages that an action means; without this, those of the quotes it wants.

    `hft_gym.envs.working` has what brings about a single order.

    Args:
        model: the action model.
        market: the exchange as we meet it.
        tape: a record of `COLUMNS_DTYPE`, for `market.sending.send`; nothing to decide by.
        env: a record of `env_dtype`, as known at the decision.
        action: one environment's.
        settings: a record of `SETTINGS_DTYPE`.
    """
    set_targets(model, action, env)
    requote(market, tape, env, settings["max_position_lots"])


@interface
def placed_px(placement: tuple, env: np.void, side: int, waited_ns: int) -> int:
    """Price in ticks of an order of `side` that has been wanted for so long.

    Asked anew at each decision at which the market can be traded and something is missing. An order
    that meets the other side's touch takes, any other one may only rest.
    """


@optional_interface
def begin_task(task: tuple, market: np.void, env: np.void) -> None:
    """An episode begins, flat and without orders: set up `env["task"]`, the fields of `Room.state`.

    `market` is a record of `MARKET_DTYPE`.
    """


@optional_interface
def hold(task: tuple, env: np.void, lots: int) -> None:
    """Let an episode that has just begun hold `lots`; the caller marks it.

    Without this they cost what closing them at once would bring: closing them earns nothing.
    """
    hold_at_px(env, lots, 2 * int(env["bid_ticks"] if lots > 0 else env["ask_ticks"]))


@optional_interface
def is_complete(task: tuple, env: np.void) -> bool:
    """Whether there is nothing left to do at a decision: the episode is `terminated`."""
    return False


@optional_interface
def conclude(
    task: tuple, models: MarketModels, market: np.void, book: np.void, env: np.void
) -> bool:
    """The episode is over and every answer known; returns whether it is `terminated` by the task.

    What is done here counts in the last step's reward.
    """
    return False


@optional_interface
def sum_up(task: tuple, market: np.void, env: np.void) -> None:
    """Amend `env["episode"]`, which is complete but for the fields of `Room.episode`."""


@interface
def step_reward(model: tuple, env: np.void) -> float:
    """Reward of the step that has just ended; see `ENV_DTYPE` for what is there to read."""


@kernel
def reward_memory(env: np.void) -> NDArray[np.float64]:
    """`[REWARD_STATE]` floats that the reward at work may keep; 0 when an episode begins."""
    return env["reward_state"][env["reward_place"]]


@kernel
def hold_at_px(env: np.void, lots: int, px2_ticks: int) -> None:
    """Hold lots that have cost half of `px2_ticks` each; half a tick in all is rounded down."""
    trader = env["trader"]
    cash = -((lots * px2_ticks) // 2)
    trader["position_lots"] = lots
    trader["known_position_lots"] = lots
    trader["cash_ticks"] = cash
    trader["known_cash_ticks"] = cash
    trader["position_since_ns"] = env["ts_local_ns"]


def check(part: Any) -> None:
    """Let a part look at its own parameters, if it has a method `check()`.

    Raises:
        ConfigError: one is out of range.
    """
    if hasattr(part, "check"):
        part.check()


class Room(NamedTuple):
    """What a part of an environment asks of its record; parts tell it in a method `room()`.

    Attributes:
        orders: of an action model: how many of its orders may live at once.
        state: of an action model, fields of `env["acting"]`; of a task, of `env["task"]`.
        episode: of a task: fields that it adds to `EPISODE_DTYPE`.
        benchmarks: of a task: whether it calls `hft_gym.envs.tasks.benchmarks.mean_prices`.
    """

    orders: int = SIDES
    state: Fields = ()
    episode: Fields = ()
    benchmarks: bool = False


class ActionModel(Protocol):
    """An action model, beside `set_targets` or `carry_out`, knows its space.

    It may also have methods `room()`, which returns `Room`; `reads()`, as a feature or a reward may
    too: names such as `task.start_position_lots` of fields without which it cannot work;
    `for_rules()`, the action model by which rules act where agents act by this one (`TouchQuotes`
    if not told); and `mask(envs, max_position_lots)`, which choices of a MultiDiscrete space make
    sense now.
    """

    def space(self) -> gym.Space[Any]:
        """Space of one environment's action."""


class OpenEnded(NamedTuple):
    """The task of nobody but the reward: an episode is a window cut out of the data.

    Attributes:
        start_lots: where above 0, episodes begin with a position drawn from minus to plus so many,
            which costs what closing it at once would bring.
    """

    start_lots: int = 0

    def check(self) -> None:
        """Refuse what means nothing.

        Raises:
            ConfigError: a parameter is out of range.
        """
        if self.start_lots < 0:
            raise ConfigError(f"task.start_lots must be at least 0, not {self.start_lots}")

    def most_lots(self) -> int:
        """The largest position at the start."""
        return self.start_lots


class Models(NamedTuple):
    """Every pluggable part of an environment, each a NamedTuple of parameters.

    The reward may be any Python callable as well: see `hft_gym.envs.rewards.outside`.
    """

    market: MarketModels
    action: tuple
    reward: Any
    own_features: tuple
    observation: ObservationModel = Flat()
    task: tuple = OpenEnded()


def room_of(part: Any) -> Room:
    """What a part asks of the record; nothing where it does not tell."""
    return part.room() if hasattr(part, "room") else Room()


def record_of(models: Models) -> np.dtype:
    """The record of an environment of these models: `ENV_DTYPE`, or one with room for more."""
    acting, task = room_of(models.action), room_of(models.task)
    of_market = tuple(trader_fields_of(models.market))
    if acting.orders == SIDES and not (acting.state or task.state or task.episode or of_market):
        return ENV_DTYPE
    return env_dtype(acting.orders, acting.state, task.state, task.episode, of_market)


def check_parts(models: Models, max_position_lots: int) -> None:
    """Let action and task look at their own parameters, and see that the parts fit each other.

    Raises:
        ConfigError: a parameter is out of range, a part reads what nobody keeps or an order that
            there cannot be, or a task begins with more lots than may be held.
    """
    for part in (models.action, models.task):
        check(part)
    most = models.task.most_lots() if hasattr(models.task, "most_lots") else 0
    if most > max_position_lots:
        raise ConfigError(
            f"{type(models.task).__name__} may begin with {most} lots, more than max_position_lots "
            f"({max_position_lots}): raise the one or lower the other"
        )
    keepers = {"acting": models.action, "task": models.task}
    kept = {f"{n}.{field[0]}" for n, part in keepers.items() for field in room_of(part).state}
    for part in (models.action, models.reward, *models.own_features):
        missing = set(part.reads() if hasattr(part, "reads") else ()) - kept
        if missing:
            names = (type(part).__name__ for part in keepers.values())
            raise ConfigError(
                f"{type(part).__name__} reads {', '.join(sorted(missing))}, which neither "
                f"{' nor '.join(names)} keeps: choose another action or task"
            )
    _check_slots(models)


def _check_slots(models: Models) -> None:
    """Refuse features of orders that the action model cannot have: kernels trust the slot."""
    orders = room_of(models.action).orders
    for feature in models.own_features:
        slot = slot_read_by(feature)
        if slot is not None and not 0 <= slot < orders:
            raise ConfigError(
                f"{feature} reads the order in slot {slot}, but {type(models.action).__name__} has "
                f"slots 0 to {orders - 1}: choose another slot, feature or action"
            )
