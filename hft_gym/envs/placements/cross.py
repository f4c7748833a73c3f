"""Take what the other side shows."""

from typing import NamedTuple

import numpy as np

from hft_gym.envs.interfaces import placed_px


class Cross(NamedTuple):
    """Trade at once, up to `reach_ticks` beyond the other side's touch.

    Attributes:
        reach_ticks: how much worse than the touch the price may be; what is not there rests.
    """

    reach_ticks: int = 2


@placed_px.implement(Cross)
def _placed_px(placement: Cross, env: np.void, side: int, waited_ns: int) -> int:
    other = env["ask_ticks"] if side > 0 else env["bid_ticks"]
    return int(other) + side * placement.reach_ticks
