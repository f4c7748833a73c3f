"""What our orders may still do to the position, as far as we know: at work or on their way."""

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.market.records import Intent

NONE = int(Intent.NONE)


@kernel
def slot_lots(trader: np.void, slot: int) -> int:
    """Most lots that the order of a slot may still fill, whatever becomes of messages in flight."""
    intent = trader["intents"][slot]
    if intent["state"] == NONE:
        return 0
    lots = int(intent["leaves_lots"])
    if intent["in_flight"] > 0:  # an increase of its size may have arrived
        lots = max(lots, int(trader["asked_lots"][slot]))
    return lots


@kernel
def open_lots(trader: np.void, side: int, except_slot: int) -> int:
    """Most lots that our orders of a side may still fill, one slot left out (-1: none)."""
    lots = 0
    for slot in range(len(trader["intents"])):
        if slot != except_slot and trader["intents"][slot]["side"] == side:
            lots += slot_lots(trader, slot)
    return lots


@kernel
def live_orders(trader: np.void) -> int:
    """Orders that work or may work, as far as we know."""
    count = 0
    for slot in range(len(trader["intents"])):
        count += trader["intents"][slot]["state"] != NONE
    return count


@kernel
def raise_asked(trader: np.void, slot: int, lots: int) -> None:
    """Remember the most lots that changes of an order under way ask for."""
    asked = trader["asked_lots"]
    if trader["intents"][slot]["in_flight"] == 0:
        asked[slot] = 0
    asked[slot] = max(asked[slot], lots)
