"""Quote both sides at several distances from the touch."""

from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.actions.quotes import behind_touch
from hft_gym.envs.interfaces import Room, carry_out
from hft_gym.envs.quoting_levels import requote_levels
from hft_gym.envs.records import SIDES
from hft_gym.errors import ConfigError
from hft_gym.market.interfaces import MarketModels

MOST_LEVELS = 16


class LevelQuotes(NamedTuple):
    """For each level two choices, (bid, ask), each a distance from the touch, or no quote.

    The choices of the first level come first; with several sizes those of all quotes follow in
    the same order. Levels may share a price. Whichever order stands at a wanted price stays there
    and keeps its place: when the touch moves by a tick, one order of each side moves, not all.

    Attributes:
        levels: quotes on each side.
        offsets: how many distances there are; one more choice means "no quote".
        lots: size of each quote.
        post_only: whether a quote that would take is refused instead.
        nearest_ticks: distance of choice 0 behind the touch, each further choice a tick more.
        sizes: where above 1, the agent also chooses 1 to so many times `lots` for each quote.
    """

    levels: int = 3
    offsets: int = 6
    lots: int = 1
    post_only: bool = True
    nearest_ticks: int = 0
    sizes: int = 1

    def room(self) -> Room:
        """An order for each quote."""
        return Room(orders=SIDES * self.levels)

    def space(self) -> gym.Space[Any]:
        """A distance for each quote, and a size if there are several."""
        if not 1 <= self.levels <= MOST_LEVELS or self.offsets < 1 or self.sizes < 1:
            raise ConfigError(
                f"action.levels ({self.levels}) must be 1 to {MOST_LEVELS}, action.offsets "
                f"({self.offsets}) and action.sizes ({self.sizes}) at least 1"
            )
        quotes = SIDES * self.levels
        sizes = [self.sizes] * quotes if self.sizes > 1 else []
        return gym.spaces.MultiDiscrete([self.offsets + 1] * quotes + sizes)


@carry_out.implement(LevelQuotes)
def _carry_out(
    model: LevelQuotes,
    market: MarketModels,
    tape: np.void,
    env: np.void,
    action: NDArray[np.int64],
    settings: np.void,
) -> None:
    env["target_post_only"] = model.post_only
    quotes = SIDES * model.levels
    for place in range(quotes):
        lots = model.lots if 0 <= action[place] < model.offsets else 0
        if model.sizes > 1:
            lots *= 1 + min(max(action[quotes + place], 0), model.sizes - 1)
        behind_touch(env, place, model.nearest_ticks + action[place], lots)
    requote_levels(market, tape, env, settings["max_position_lots"])
