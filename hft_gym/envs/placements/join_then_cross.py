"""Rest at the touch for a while, then take."""

from typing import NamedTuple

import numpy as np

from hft_gym.envs.interfaces import placed_px
from hft_gym.envs.placements.cross import Cross
from hft_gym.envs.placements.join import Join


class JoinThenCross(NamedTuple):
    """`Join` until what is wanted has been wanted for `patience_s`, from then on `Cross`.

    Attributes:
        patience_s: seconds of our own clock.
        reach_ticks: of the crossing.
    """

    patience_s: float = 2.0
    reach_ticks: int = 2


@placed_px.implement(JoinThenCross)
def _placed_px(placement: JoinThenCross, env: np.void, side: int, waited_ns: int) -> int:
    if waited_ns * 1e-9 < placement.patience_s:
        return placed_px(Join(0), env, side, waited_ns)
    return placed_px(Cross(placement.reach_ticks), env, side, waited_ns)
