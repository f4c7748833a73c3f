"""Rest at the touch of our own side."""

from typing import NamedTuple

import numpy as np

from hft_gym.envs.interfaces import placed_px


class Join(NamedTuple):
    """Stand behind those who are best, and follow them.

    Attributes:
        behind_ticks: so many ticks behind the touch.
    """

    behind_ticks: int = 0


@placed_px.implement(Join)
def _placed_px(placement: Join, env: np.void, side: int, waited_ns: int) -> int:
    own = env["bid_ticks"] if side > 0 else env["ask_ticks"]
    return int(own) - side * placement.behind_ticks
