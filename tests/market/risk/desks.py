"""Traders and messages for tests of limits."""

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.market.account import clear_trader
from hft_gym.market.interfaces import lots_allowed, must_flatten
from hft_gym.market.records import MESSAGE_DTYPE, Action, Intent, trader_dtype

NO_TAPE = np.zeros(1, [("rows", "i8")])[0]


@kernel
def asked(model, tape, trader, now_ns, message):
    return lots_allowed(model, tape, trader, now_ns, message)


@kernel
def is_stopped(model, trader, now_ns):
    return must_flatten(model, trader, now_ns)


def trader_with(*orders, position=0, mid=100):
    """A trader who knows of orders (side, lots), one a slot."""
    trader = np.zeros(1, trader_dtype(8, 16, 48))[0]
    clear_trader(trader, 0, 2 * mid)
    trader["known_position_lots"] = position
    trader["known_cash_ticks"] = -position * mid
    for slot, (side, lots) in enumerate(orders):
        intent = trader["intents"][slot]
        intent["state"], intent["side"], intent["leaves_lots"] = Intent.WORKING, side, lots
    return trader


def ask(limits, trader, side, lots, *, now_ns=0, slot=None):
    """Lots that a NEW order, or a MODIFY of a slot, may have."""
    message = np.zeros(1, MESSAGE_DTYPE)[0]
    message["action"] = Action.NEW if slot is None else Action.MODIFY
    message["slot"] = 7 if slot is None else slot
    message["side"], message["lots"] = side, lots
    return asked(limits, NO_TAPE, trader, now_ns, message)
