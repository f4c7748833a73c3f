"""What an action model wants of a record."""

import numpy as np

from hft_gym.envs.interfaces import set_targets
from hft_gym.envs.records import ENV_DTYPE


def env_at(bid_ticks, ask_ticks):
    """A record that knows this touch."""
    env = np.zeros(1, ENV_DTYPE)[0]
    env["bid_ticks"], env["ask_ticks"] = bid_ticks, ask_ticks
    return env


def quotes(model, action, env):
    """[(bid, lots), (ask, lots)], prices of quotes that nobody wants as None."""
    action = np.asarray(action, model.space().dtype)
    set_targets(model, action if action.ndim else action[()], env)
    pairs = zip(env["target_px_ticks"].tolist(), env["target_lots"].tolist(), strict=True)
    return [(px if lots else None, lots) for px, lots in pairs]
