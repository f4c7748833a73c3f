"""Quote both sides so many ticks from the mid, or not at all."""

from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.actions.quotes import choices, chosen_lots, keep_resting
from hft_gym.envs.interfaces import set_targets
from hft_gym.envs.records import SIDES


class MidQuotes(NamedTuple):
    """Two choices a step, (bid, ask), each a distance from the mid, or `offsets` for no quote.

    A mid between two prices is rounded away from the market: the bid down, the ask up. A post-only
    quote that would take is drawn back to one tick from the other side.

    Attributes:
        offsets: how many distances there are.
        lots: size of each quote.
        post_only: whether quotes may only rest.
        nearest_ticks: distance of choice 0 from the mid, each further choice a tick more.
        sizes: where above 1, two further choices (bid, ask): `lots` times 1 to `sizes`.
    """

    offsets: int = 8
    lots: int = 1
    post_only: bool = True
    nearest_ticks: int = 0
    sizes: int = 1

    def space(self) -> gym.Space[Any]:
        """Two choices among the distances and "no quote", and two sizes if there are several."""
        return choices(self.offsets, self.sizes)


@set_targets.implement(MidQuotes)
def _set_targets(model: MidQuotes, action: NDArray[np.int64], env: np.void) -> None:
    env["target_post_only"] = model.post_only
    mid2_ticks = int(env["bid_ticks"]) + int(env["ask_ticks"])
    below_ticks = mid2_ticks // 2
    env["target_px_ticks"][0] = below_ticks - model.nearest_ticks - action[0]
    env["target_px_ticks"][1] = mid2_ticks - below_ticks + model.nearest_ticks + action[1]
    for slot in range(SIDES):
        lots = chosen_lots(action, slot, model.offsets, model.lots, model.sizes)
        env["target_lots"][slot] = lots
    keep_resting(env)
