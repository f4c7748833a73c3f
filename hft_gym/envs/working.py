"""One order of ours, brought about by messages: for action models that name single orders."""

from typing import NamedTuple

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.records import Action, Intent, OrderType, Request, TimeInForce
from hft_gym.market.risk.exposure import raise_asked, slot_lots
from hft_gym.market.sending import send

NEW, MODIFY, CANCEL = int(Action.NEW), int(Action.MODIFY), int(Action.CANCEL)
NONE, WORKING = int(Intent.NONE), int(Intent.WORKING)
LIMIT, GTC = int(OrderType.LIMIT), int(TimeInForce.GTC)


class Wanted(NamedTuple):
    """A limit order that we want to have until further notice; kernels must give all values.

    Attributes:
        side: +1 to buy, -1 to sell.
        px_ticks: its limit.
        lots: what is to be open of it; 0: no order.
        post_only: 1: refuse it rather than let it take.
        grows: 1: an order of fewer lots gives up its place in the queue for the rest.
    """

    side: int
    px_ticks: int
    lots: int
    post_only: int
    grows: int


@kernel
def send_wanted(
    models: MarketModels, tape: np.void, env: np.void, slot: int, action: int, wanted: Wanted
) -> None:
    """Send a message about the order of a slot: an `Action`, and what it is to become."""
    side, px_ticks = wanted.side, wanted.px_ticks
    lots = 0 if action == CANCEL else wanted.lots
    if action == MODIFY:  # until it is answered, the larger size may fill
        raise_asked(env["trader"], slot, lots)
    request = Request(action, side, px_ticks, lots, LIMIT, GTC, wanted.post_only)
    send(models, tape, env["trader"], env["ts_local_ns"], slot, request)


@kernel
def work(models: MarketModels, tape: np.void, env: np.void, slot: int, wanted: Wanted) -> None:
    """Send what the order of a slot needs; at the wanted price it keeps its place in the queue.

    One of the other side is cancelled first, and nothing is sent until that is answered: what is
    open never exceeds what was wanted.
    """
    intent = env["trader"]["intents"][slot]
    if intent["state"] == NONE:
        if wanted.lots > 0:
            send_wanted(models, tape, env, slot, NEW, wanted)
    elif intent["state"] == WORKING:
        most_lots = slot_lots(env["trader"], slot)  # a change under way may have made it larger
        if wanted.lots <= 0 or intent["side"] != wanted.side:
            send_wanted(models, tape, env, slot, CANCEL, wanted)
        elif (
            wanted.px_ticks != intent["px_ticks"]
            or wanted.lots < most_lots
            or (wanted.grows and wanted.lots > most_lots)
        ):
            send_wanted(models, tape, env, slot, MODIFY, wanted)
