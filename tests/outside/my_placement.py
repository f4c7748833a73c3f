"""A placement rule of somebody else's: always so many ticks from the mid."""

from typing import NamedTuple

from hft_gym.envs.interfaces import placed_px


class FromMid(NamedTuple):
    """Rest `ticks` away from the mid, rounded towards our own side."""

    ticks: int = 1


@placed_px.implement(FromMid)
def _placed_px(placement, env, side, waited_ns):
    mid2_ticks = int(env["bid_ticks"]) + int(env["ask_ticks"])
    nearest = mid2_ticks // 2 if side > 0 else -(-mid2_ticks // 2)
    return nearest - side * placement.ticks
