"""An action of somebody else's that sends its own messages: one order at the bid, or none."""

from typing import NamedTuple

import gymnasium as gym

from hft_gym.envs.interfaces import Room, carry_out
from hft_gym.envs.working import Wanted, work


class BidOrNot(NamedTuple):
    """1: have a bid of `lots` at the touch; 0: have none."""

    lots: int = 2

    def room(self):
        """One order."""
        return Room(orders=1)

    def space(self):
        """Have it or not."""
        return gym.spaces.Discrete(2)


@carry_out.implement(BidOrNot)
def _carry_out(model, market, tape, env, action, settings):
    lots = model.lots if action == 1 and env["is_tradable"] else 0
    work(market, tape, env, 0, Wanted(1, int(env["bid_ticks"]), lots, 1, 0))
