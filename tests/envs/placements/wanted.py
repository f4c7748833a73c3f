"""Prices that a placement rule wants."""

from hft_gym.envs.interfaces import placed_px
from tests.envs.sent import env_of


def prices(placement, bid=100, ask=104, waited_s=0.0):
    """(to buy, to sell) at a touch."""
    env = env_of(bid=bid, ask=ask)
    return tuple(int(placed_px(placement, env, side, round(waited_s * 1e9))) for side in (1, -1))
