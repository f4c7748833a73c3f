"""A message of ours sets out: checked by our own limits, given a slot, a place and a time."""

import numpy as np

from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.market.interfaces import (
    Entry,
    MarketModels,
    lots_allowed,
    message_fee_microticks,
    note,
)
from hft_gym.market.records import Action, Event, Intent, Reason, Request
from hft_gym.market.ways import arrival_of

NEW, MODIFY, CANCEL = int(Action.NEW), int(Action.MODIFY), int(Action.CANCEL)
NONE, WORKING, CANCELLING = int(Intent.NONE), int(Intent.WORKING), int(Intent.CANCELLING)
SENT, REJECTED, BREACH = int(Event.SENT), int(Event.REJECTED), int(Event.BREACH)
ACCEPTED, NO_FREE_SLOT = int(Reason.ACCEPTED), int(Reason.NO_FREE_SLOT)
TOO_MANY_MESSAGES, RISK_LIMIT = int(Reason.TOO_MANY_MESSAGES), int(Reason.RISK_LIMIT)
BAD_LOTS = int(Reason.BAD_LOTS)


@kernel
def free_slot(trader: np.void) -> int:
    """A slot in which we know of no order; -1: every one is taken."""
    for slot in range(len(trader["intents"])):
        if trader["intents"][slot]["state"] == NONE:
            return slot
    return -1


@kernel
def _note(
    models: MarketModels, trader: np.void, message: np.void, event: int, reason: int, now_ns: int
) -> None:
    entry = Entry(
        event,
        reason,
        int(message["slot"]),
        int(message["order_id"]),
        int(message["side"]),
        int(message["px_ticks"]),
        int(message["lots"]),
        int(message["arrival_ns"]),
        now_ns,
    )
    note(models.journal, trader, entry)


@kernel
def _fault(trader: np.void, slot: int, request: Request) -> int:
    """Why a message cannot be sent; ACCEPTED: it can."""
    if trader["message_count"] + trader["response_count"] >= len(trader["messages"]):
        return TOO_MANY_MESSAGES
    if slot < 0 or slot >= len(trader["intents"]):
        return NO_FREE_SLOT
    if request.action != NEW:
        return ACCEPTED
    if trader["intents"][slot]["state"] != NONE:
        return NO_FREE_SLOT
    return ACCEPTED if request.lots > 0 else BAD_LOTS


@kernel
def _draft(trader: np.void, slot: int, request: Request, now_ns: int) -> int:
    """Write the message at the next place of the ring, not yet counted; returns the place."""
    place = (trader["message_head"] + trader["message_count"]) % len(trader["messages"])
    message, intent = trader["messages"][place], trader["intents"][slot]
    is_new = request.action == NEW
    message["arrival_ns"] = now_ns
    message["order_id"] = trader["last_order_id"] + 1 if is_new else intent["order_id"]
    message["filled_lots"] = 0 if is_new else intent["filled_lots"]
    message["px_ticks"] = intent["px_ticks"] if request.action == CANCEL else request.px_ticks
    message["lots"] = request.lots
    message["slot"] = slot
    message["action"] = request.action
    message["side"] = request.side if is_new else intent["side"]
    message["order_type"] = request.order_type if is_new else 0
    message["time_in_force"] = request.time_in_force
    message["post_only"] = request.post_only
    return place


@kernel
def _intend(trader: np.void, message: np.void) -> None:
    """From now on we believe that the message will do what it says."""
    intent = trader["intents"][message["slot"]]
    if message["action"] == NEW:
        trader["last_order_id"] += 1
        intent["order_id"] = trader["last_order_id"]
        intent["filled_lots"] = 0
        intent["leaves_lots"] = message["lots"]
        intent["in_flight"] = 0
        intent["state"] = WORKING
        intent["side"] = message["side"]
        intent["reason"] = ACCEPTED
        trader["asked_lots"][message["slot"]] = 0  # what changes of the former order asked for
    if message["action"] == CANCEL:
        intent["state"] = CANCELLING
    else:
        intent["px_ticks"] = message["px_ticks"]
    intent["in_flight"] += 1


@inlined_kernel
def send(
    models: MarketModels,
    tape: np.void,
    trader: np.void,
    now_ns: int,
    slot: int,
    request: Request,
) -> int:
    """Send a message; returns the slot of its order, or minus the `Reason` why it was not sent.

    Messages of one session do not overtake each other. What the message itself costs is paid, and
    known, at once.

    Args:
        models: of the exchange.
        tape: a record of `COLUMNS_DTYPE`.
        trader: who sends it; `intents` follow.
        now_ns: on our own clock.
        slot: of the order; of a NEW one, -1 takes any that is free.
        request: what we want.
    """
    if request.action == NEW and slot < 0:
        slot = free_slot(trader)
    fault = _fault(trader, slot, request)
    if fault != ACCEPTED:
        trader["rejected"] += 1
        side, px_ticks, lots = request.side, request.px_ticks, request.lots
        entry = Entry(REJECTED, fault, slot, 0, side, px_ticks, lots, now_ns, now_ns)
        note(models.journal, trader, entry)
        return -fault
    message = trader["messages"][_draft(trader, slot, request, now_ns)]
    if request.action != CANCEL:
        lots = lots_allowed(models.risk, tape, trader, now_ns, message)
        if lots < request.lots:
            reason = -lots if lots < 0 else RISK_LIMIT
            _note(models, trader, message, BREACH, reason, now_ns)
            if lots <= 0:
                trader["rejected"] += 1
                return -reason
            message["lots"] = lots
    arrival_ns = arrival_of(models, tape, trader, now_ns, request.action, int(message["lots"]))
    message["arrival_ns"] = arrival_ns
    fees = message_fee_microticks(models.fees, trader, request.action)
    trader["fees_microticks"] += fees
    trader["known_fees_microticks"] += fees
    _intend(trader, message)
    trader["message_count"] += 1
    trader["messages_sent"] += 1
    _note(models, trader, message, SENT, ACCEPTED, now_ns)
    return slot
