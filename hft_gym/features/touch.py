"""Features of the touch alone, beside those of `hft_gym.features.book`."""

from typing import NamedTuple

import numpy as np

from hft_gym.features.interfaces import Ladder, State, market_value, on_packet
from hft_gym.kernel.jit import kernel


@kernel
def mid_ticks(view: np.void) -> float:
    """Middle of the latest two-sided touch."""
    return 0.5 * (view["bid_ticks"] + view["ask_ticks"])


class SpreadBps(NamedTuple):
    """(ask - bid) / mid x 10000, in units of `scale_bps`; 0 where the mid is not above 0."""

    scale_bps: float = 2.0


@market_value.implement(SpreadBps)
def _spread_bps(
    feature: SpreadBps, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    mid = mid_ticks(view)
    if not view["is_two_sided"] or mid <= 0.0:
        return 0.0
    return (view["ask_ticks"] - view["bid_ticks"]) / mid * 1e4 / feature.scale_bps


class LastMidMove(NamedTuple):
    """The latest change of the mid by a packet that changed it, in units of `scale_ticks`."""

    scale_ticks: float = 1.0


@on_packet.implement(LastMidMove)
def _mid_move_on_packet(feature: LastMidMove, state: State, view: np.void, ladder: Ladder) -> None:
    if view["is_two_sided"] and view["was_two_sided"]:
        move = mid_ticks(view) - 0.5 * (view["before_bid_ticks"] + view["before_ask_ticks"])
        if move != 0.0:
            state[0] = move


@market_value.implement(LastMidMove)
def _mid_move_value(
    feature: LastMidMove, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return state[0] / feature.scale_ticks
