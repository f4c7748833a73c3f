"""Rest inside the spread."""

from typing import NamedTuple

import numpy as np

from hft_gym.envs.interfaces import placed_px


class Improve(NamedTuple):
    """Better the touch of our own side without taking; where the spread has no room, join it.

    The touch is that of others: our own order there is not bettered again.

    Attributes:
        ticks: by so much at most.
    """

    ticks: int = 1


@placed_px.implement(Improve)
def _placed_px(placement: Improve, env: np.void, side: int, waited_ns: int) -> int:
    own, other = int(env["bid_ticks"]), int(env["ask_ticks"])
    if side < 0:
        own, other = other, own
    room_ticks = side * (other - own) - 1
    return own + side * max(0, min(placement.ticks, room_ticks))
