"""Work off a position by one child order at a time, passive or aggressive."""

from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.interfaces import Room, carry_out
from hft_gym.envs.working import Wanted, work
from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import MarketModels


class ChildOrders(NamedTuple):
    """Two choices a step, (place, share), for a task that begins with a position.

    Place 0 waits without an order, 1 to `distances` rest so many ticks (0 first) behind the touch
    of our side, the last one takes. Share k is (k + 1) / `shares` of the lots at the start, rounded
    up, and never more than is left. A child at the wanted price keeps its place; while it
    takes, what the other side does not show stays there, at `reach_ticks` beyond the touch.

    Attributes:
        distances: how many passive places there are.
        shares: how many sizes there are.
        reach_ticks: how far beyond the other side's touch an aggressive child may trade.
    """

    distances: int = 4
    shares: int = 5
    reach_ticks: int = 2

    def room(self) -> Room:
        """One order."""
        return Room(orders=1)

    def reads(self) -> tuple[str, ...]:
        """What there was to do at the start."""
        return ("task.start_position_lots",)

    def for_rules(self) -> "ChildOrders":
        """Rules choose child orders, as agents do."""
        return self

    def space(self) -> gym.Space[Any]:
        """Place and share."""
        if self.distances < 0 or self.shares < 1 or self.reach_ticks < 0:
            raise ConfigError(
                f"action.distances ({self.distances}) and action.reach_ticks ({self.reach_ticks}) "
                f"must be at least 0, action.shares ({self.shares}) at least 1"
            )
        return gym.spaces.MultiDiscrete([self.distances + 2, self.shares])


@kernel
def child_lots(start_lots: int, left_lots: int, share: int, shares: int) -> int:
    """Lots of a child: a share of all there was to do, rounded up, no more than is left."""
    part = min(max(share, 0), shares - 1) + 1
    return min(left_lots, -(-start_lots * part // shares))


@carry_out.implement(ChildOrders)
def _carry_out(
    model: ChildOrders,
    market: MarketModels,
    tape: np.void,
    env: np.void,
    action: NDArray[np.int64],
    settings: np.void,
) -> None:
    held = int(env["trader"]["known_position_lots"])
    side = -1 if held > 0 else 1
    lots, place = 0, int(action[0])
    if env["is_tradable"] and 0 < place <= model.distances + 1:
        start_lots = abs(env["task"]["start_position_lots"])
        lots = child_lots(start_lots, abs(held), int(action[1]), model.shares)
    takes = place == model.distances + 1
    own, other = env["bid_ticks"], env["ask_ticks"]
    if side < 0:
        own, other = other, own
    px_ticks = other + side * model.reach_ticks if takes else own - side * (place - 1)
    work(market, tape, env, 0, Wanted(side, int(px_ticks), lots, 0 if takes else 1, 1))
