"""Say which position to hold; a placement rule says how to get there."""

import math
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.interfaces import Room, begin_acting, carry_out, placed_px
from hft_gym.envs.placements.cross import Cross
from hft_gym.envs.records import Fields
from hft_gym.envs.working import Wanted, work
from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import MarketModels

STATE: Fields = (("target_lots", "i8"), ("since_ns", "i8"))


class TargetPosition(NamedTuple):
    """One choice among the positions from -`positions` to `positions`, times `unit_lots`.

    One order at a time goes for what is missing. Where the target turns, the order of the other
    side is cancelled first, so that no position beyond the target comes about.

    Attributes:
        positions: how many positions there are on each side of none.
        unit_lots: lots between two of them.
        placement: a model of `placed_px`.
    """

    positions: int = 1
    unit_lots: int = 1
    placement: tuple = Cross()

    def room(self) -> Room:
        """One order, the target and since when it has stood."""
        return Room(orders=1, state=STATE)

    def for_rules(self) -> "TargetPosition":
        """Rules choose positions, as agents do."""
        return self

    def space(self) -> gym.Space[Any]:
        """One of the positions, the shortest first."""
        if self.positions < 1 or self.unit_lots < 1:
            raise ConfigError(
                f"action.positions ({self.positions}) and action.unit_lots ({self.unit_lots}) "
                "must be at least 1"
            )
        _check(self.placement)
        return gym.spaces.Discrete(2 * self.positions + 1)


class TargetBox(NamedTuple):
    """A number within +-1, times `lots`, rounded: the position to hold; see `TargetPosition`.

    Attributes:
        lots: largest position.
        placement: a model of `placed_px`.
    """

    lots: int = 5
    placement: tuple = Cross()

    def room(self) -> Room:
        """One order, the target and since when it has stood."""
        return Room(orders=1, state=STATE)

    def for_rules(self) -> TargetPosition:
        """Rules choose among whole positions."""
        return TargetPosition(self.lots, 1, self.placement)

    def space(self) -> gym.Space[Any]:
        """One number within +-1."""
        if self.lots < 1:
            raise ConfigError(f"action.lots must be at least 1, not {self.lots}")
        _check(self.placement)
        return gym.spaces.Box(-1.0, 1.0, (1,), np.float32)


def _check(placement: tuple) -> None:
    if not placed_px.implemented_by(type(placement)):
        raise ConfigError(f"{type(placement).__name__} does not implement placed_px")


@kernel
def go_for(
    placement: tuple,
    market: MarketModels,
    tape: np.void,
    env: np.void,
    target_lots: int,
    most_lots: int,
) -> None:
    """Let the order of slot 0 bring the position to a target, within +-`most_lots`."""
    acting = env["acting"]
    target_lots = min(max(target_lots, -most_lots), most_lots)
    if target_lots != acting["target_lots"]:
        acting["target_lots"] = target_lots
        acting["since_ns"] = env["ts_local_ns"]
    missing = target_lots - int(env["trader"]["known_position_lots"])
    if not env["is_tradable"]:
        missing = 0
    side, px_ticks = 1 if missing >= 0 else -1, 0
    if missing != 0:  # else there is no order to be placed, and maybe no touch to place it by
        waited_ns = int(env["ts_local_ns"] - acting["since_ns"])
        px_ticks = placed_px(placement, env, side, waited_ns)
    other = int(env["ask_ticks"] if side > 0 else env["bid_ticks"])
    rests = side * (px_ticks - other) < 0
    work(market, tape, env, 0, Wanted(side, px_ticks, abs(missing), 1 if rests else 0, 1))


@kernel
def _begin(env: np.void) -> None:
    env["acting"]["target_lots"] = 0
    env["acting"]["since_ns"] = env["ts_local_ns"]


@begin_acting.implement(TargetPosition)
def _begin_position(model: TargetPosition, env: np.void) -> None:
    _begin(env)


@begin_acting.implement(TargetBox)
def _begin_box(model: TargetBox, env: np.void) -> None:
    _begin(env)


@carry_out.implement(TargetPosition)
def _carry_out_position(
    model: TargetPosition,
    market: MarketModels,
    tape: np.void,
    env: np.void,
    action: int,
    settings: np.void,
) -> None:
    target = int(env["acting"]["target_lots"])
    if 0 <= action <= 2 * model.positions:
        target = (int(action) - model.positions) * model.unit_lots
    go_for(model.placement, market, tape, env, target, int(settings["max_position_lots"]))


@carry_out.implement(TargetBox)
def _carry_out_box(
    model: TargetBox,
    market: MarketModels,
    tape: np.void,
    env: np.void,
    action: NDArray[np.float32],
    settings: np.void,
) -> None:
    # a float64: NumPy would round a float32 times a whole number, a kernel does not
    target, share = int(env["acting"]["target_lots"]), np.float64(action[0])
    if -1.0 <= share <= 1.0:  # what is no number changes nothing
        target = math.floor(share * model.lots + 0.5)
    go_for(model.placement, market, tape, env, target, int(settings["max_position_lots"]))
