"""What the kill switch does once it is on: cancel everything, close what we hold."""

import numpy as np

from hft_gym.kernel.interface import unrolled
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import Entry, MarketModels, must_flatten, note
from hft_gym.market.records import Action, Event, Intent, OrderType, Request, TimeInForce
from hft_gym.market.risk.exposure import open_lots
from hft_gym.market.sending import send

NEW, CANCEL = int(Action.NEW), int(Action.CANCEL)
MARKET, IOC = int(OrderType.MARKET), int(TimeInForce.IOC)
WORKING = int(Intent.WORKING)
BREACH = int(Event.BREACH)


@kernel
def cancel_all(models: MarketModels, tape: np.void, trader: np.void, now_ns: int) -> None:
    """Send a cancel for every order that we believe to work."""
    for slot in range(len(trader["intents"])):
        if trader["intents"][slot]["state"] == WORKING:
            send(models, tape, trader, now_ns, slot, Request(CANCEL, 0, 0, 0, 0, 0, 0))


@kernel
def close_position(models: MarketModels, tape: np.void, trader: np.void, now_ns: int) -> None:
    """Send a market order for what we hold and what no order of ours may close already.

    Orders of that side may fill until their cancels are answered, so the position never turns over.
    """
    held = int(trader["known_position_lots"])
    side = -1 if held > 0 else 1
    lots = abs(held) - open_lots(trader, side, -1)
    if lots > 0:
        send(models, tape, trader, now_ns, -1, Request(NEW, side, 0, lots, MARKET, IOC, 0))


@kernel
def enforce(models: MarketModels, tape: np.void, trader: np.void, now_ns: int) -> bool:
    """Ask the risk model whether trading must stop, and if so do it; returns whether it is stopped.

    Called at each of our decisions, after `learn` and instead of the strategy: what is not closed
    yet, since cancels are under way or the book is thin, is tried again at the next one.
    """
    if not must_flatten(models.risk, trader, now_ns):
        return False
    risk = trader["risk"]
    if risk["noted_stop_reason"] != risk["stop_reason"]:
        risk["noted_stop_reason"] = risk["stop_reason"]
        entry = Entry(BREACH, int(risk["stop_reason"]), -1, 0, 0, 0, 0, now_ns, now_ns)
        note(models.journal, trader, entry)
    cancel_all(models, tape, trader, now_ns)
    close_position(models, tape, trader, now_ns)
    return True


# `enforce` for a risk model in a tuple of one: how many are stopped. Nothing is compiled for one
# that stops nobody.
stop_if_told = unrolled(
    "stop_if_told(risks, models, tape, trader, now_ns)",
    "total += enforce(models, tape, trader, now_ns)",
    only=must_flatten,
    total="total",
    enforce=enforce,
)
