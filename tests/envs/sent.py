"""A record that knows a market, and the messages that it sends."""

import numpy as np

from hft_gym.envs.defaults import MODELS
from hft_gym.envs.records import env_dtype
from hft_gym.market.account import clear_trader
from hft_gym.market.columns import COLUMNS_DTYPE
from hft_gym.market.records import Action

TAPE = np.zeros(1, COLUMNS_DTYPE)[0]  # the delays are constant
MARKET = MODELS.market


def env_of(dtype=None, bid=100, ask=103, position=0):
    """A record of a tradable market, without orders."""
    env = np.zeros(1, env_dtype(1) if dtype is None else dtype)[0]
    clear_trader(env["trader"], 0, bid + ask)
    env["is_tradable"] = 1
    env["bid_ticks"], env["ask_ticks"], env["bid_lots"], env["ask_lots"] = bid, ask, 5, 5
    env["trader"]["known_position_lots"] = position
    return env


def sent(env):
    """(action, slot, side, price, lots) of the messages sent since the last call."""
    trader = env["trader"]
    messages = [
        (Action(int(m["action"])), *(int(m[n]) for n in ("slot", "side", "px_ticks", "lots")))
        for m in trader["messages"][: trader["message_count"]]
    ]
    trader["message_count"] = 0
    env["ts_local_ns"] += 1_000_000
    return messages


def answered(env, slot, leaves_lots=None):
    """Everything asked of a slot has happened; `leaves_lots` are left of its order."""
    intent = env["trader"]["intents"][slot]
    intent["in_flight"] = 0
    if leaves_lots is not None:
        intent["leaves_lots"] = leaves_lots
    if intent["leaves_lots"] == 0:
        intent["state"] = 0
