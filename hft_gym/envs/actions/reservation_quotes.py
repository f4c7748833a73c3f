"""Quote both sides so many ticks from a centre that leans against the position."""

import math
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.actions.quotes import choices, chosen_lots, keep_resting
from hft_gym.envs.interfaces import set_targets
from hft_gym.envs.records import SIDES
from hft_gym.kernel.jit import kernel


class ReservationQuotes(NamedTuple):
    """Two choices a step, (bid, ask), each a distance from the reservation price, or no quote.

    The reservation price is mid - position * gamma * sigma^2 * time left: Avellaneda & Stoikov
    (2008), "High-frequency trading in a limit order book", equation 8. The agent chooses the
    spread, the position leans the quotes. A post-only quote that would take is drawn back to one
    tick from the other side.

    Attributes:
        offsets: how many distances there are.
        lots: size of each quote.
        post_only: whether quotes may only rest.
        nearest_ticks: distance of choice 0, each further choice a tick more.
        sizes: where above 1, two further choices (bid, ask): `lots` times 1 to `sizes`.
        gamma: risk aversion, for each tick and lot.
        sigma_ticks: volatility of the mid in ticks per square root of a second.
        horizon_s: time left as a constant; 0: that of the episode.
    """

    offsets: int = 8
    lots: int = 1
    post_only: bool = True
    nearest_ticks: int = 0
    sizes: int = 1
    gamma: float = 0.01
    sigma_ticks: float = 1.0
    horizon_s: float = 0.0

    def space(self) -> gym.Space[Any]:
        """Two choices among the distances and "no quote", and two sizes if there are several."""
        return choices(self.offsets, self.sizes)


@kernel
def reservation_ticks(model: ReservationQuotes, env: np.void) -> float:
    """The price between ours: the mid, moved against the position."""
    left_s = model.horizon_s
    if left_s == 0.0:
        left_s = (env["end_ns"] - env["ts_local_ns"]) * 1e-9
    lean_ticks = model.gamma * model.sigma_ticks * model.sigma_ticks * left_s
    mid_ticks = 0.5 * (int(env["bid_ticks"]) + int(env["ask_ticks"]))
    return mid_ticks - env["trader"]["known_position_lots"] * lean_ticks


@set_targets.implement(ReservationQuotes)
def _set_targets(model: ReservationQuotes, action: NDArray[np.int64], env: np.void) -> None:
    env["target_post_only"] = model.post_only
    centre_ticks = reservation_ticks(model, env)
    near_ticks = model.nearest_ticks
    env["target_px_ticks"][0] = math.floor(centre_ticks) - near_ticks - action[0]
    env["target_px_ticks"][1] = math.ceil(centre_ticks) + near_ticks + action[1]
    for slot in range(SIDES):
        lots = chosen_lots(action, slot, model.offsets, model.lots, model.sizes)
        env["target_lots"][slot] = lots
    keep_resting(env)
