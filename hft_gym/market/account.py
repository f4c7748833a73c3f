"""Fills become position, cash and fees; answers travel back to us. Whole numbers throughout."""

from typing import NamedTuple

import numpy as np

from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.market.interfaces import Entry, MarketModels, fee_microticks, note
from hft_gym.market.priority import watch
from hft_gym.market.records import Event, Intent, Reason
from hft_gym.market.risk.state import clear_risk
from hft_gym.market.ways import known_of, split_random

MICROTICKS = 1_000_000
NONE = int(Intent.NONE)
WORKING = int(Intent.WORKING)
FILLED, TAKEN = int(Reason.FILLED), int(Reason.TAKEN)
FILLED_EVENT, RESTED = int(Event.FILLED), int(Event.RESTED)
ACCEPTED = int(Reason.ACCEPTED)


class News(NamedTuple):
    """What happened to an order of ours, fills apart.

    Attributes:
        event: a `records.Event`.
        reason: a `records.Reason`.
        lots: of the order that the event is about.
        answers: 1: in answer to a message of ours; 0: unasked.
    """

    event: int
    reason: int
    lots: int
    answers: int


@kernel
def crowd_of(trader: np.void) -> int:
    """Answers under way from which on those of one order travel as one."""
    return len(trader["responses"]) // 2


@kernel
def _place_of_answer(trader: np.void, order_id: int) -> int:
    """Place of an order's last answer under way; -1: there is none."""
    capacity = len(trader["responses"])
    for k in range(trader["response_count"] - 1, -1, -1):
        place = (trader["response_head"] + k) % capacity
        if trader["responses"][place]["order_id"] == order_id:
            return place
    return -1


@kernel
def _open_answer(
    models: MarketModels, tape: np.void, trader: np.void, slot: int, ts_exchange_ns: int, lots: int
) -> int:
    """Place of the answer to write: a new one, or in a crowd the order's last, its sums kept."""
    known_ns = known_of(models, tape, trader, ts_exchange_ns, lots)
    order_id = trader["orders"][slot]["order_id"]
    if trader["response_count"] >= crowd_of(trader):
        place = _place_of_answer(trader, order_id)
        if place >= 0:
            trader["responses"][place]["known_ns"] = known_ns
            return place
    place = (trader["response_head"] + trader["response_count"]) % len(trader["responses"])
    trader["response_count"] += 1
    answer = trader["responses"][place]
    answer["known_ns"] = known_ns
    answer["order_id"] = order_id
    answer["slot"] = slot
    answer["position_lots"] = 0
    answer["cash_ticks"] = 0
    answer["fees_microticks"] = 0
    answer["answers"] = 0
    return place


@inlined_kernel
def respond(
    models: MarketModels,
    tape: np.void,
    trader: np.void,
    slot: int,
    ts_exchange_ns: int,
    news: News,
) -> None:
    """Send the state of a slot back to us."""
    order = trader["orders"][slot]
    place = _open_answer(models, tape, trader, slot, ts_exchange_ns, int(order["leaves_lots"]))
    answer = trader["responses"][place]
    answer["px_ticks"] = order["px_ticks"]
    answer["leaves_lots"] = order["leaves_lots"]
    answer["filled_lots"] = order["filled_lots"]
    answer["reason"] = news.reason
    answer["answers"] += news.answers
    entry = Entry(
        news.event,
        news.reason,
        slot,
        int(order["order_id"]),
        int(order["side"]),
        int(order["px_ticks"]),
        news.lots,
        ts_exchange_ns,
        int(answer["known_ns"]),
    )
    note(models.journal, trader, entry)


@kernel
def note_place(models: MarketModels, trader: np.void, slot: int, ts_exchange_ns: int) -> None:
    """Tell the journal that an order has taken its place in a queue; we know with its answer."""
    order = trader["orders"][slot]
    entry = Entry(
        RESTED,
        ACCEPTED,
        slot,
        int(order["order_id"]),
        int(order["side"]),
        int(order["px_ticks"]),
        int(order["leaves_lots"]),
        ts_exchange_ns,
        int(trader["last_known_ns"]),
    )
    note(models.journal, trader, entry)


@kernel
def fill(
    models: MarketModels,
    tape: np.void,
    trader: np.void,
    slot: int,
    lots: int,
    px_ticks: int,
    ts_exchange_ns: int,
    is_maker: bool,
) -> None:
    """Book a fill of a slot: `position += side * lots; cash -= side * lots * px`."""
    order = trader["orders"][slot]
    side = int(order["side"])
    position = side * lots
    cash = -side * lots * px_ticks
    fees = fee_microticks(models.fees, trader, px_ticks, lots, is_maker)
    trader["position_lots"] += position
    trader["cash_ticks"] += cash
    trader["fees_microticks"] += fees
    order["leaves_lots"] -= lots
    order["filled_lots"] += lots
    answer = trader["responses"][_open_answer(models, tape, trader, slot, ts_exchange_ns, lots)]
    answer["position_lots"] += position
    answer["cash_ticks"] += cash
    answer["fees_microticks"] += fees
    answer["px_ticks"] = order["px_ticks"]
    answer["leaves_lots"] = order["leaves_lots"]
    answer["filled_lots"] = order["filled_lots"]
    answer["reason"] = FILLED if is_maker else TAKEN
    trader["lots_traded"] += lots
    trader["taker_lots"] += 0 if is_maker else lots
    trader["spread_half_ticks"] += side * lots * (trader["mid2_ticks"] - 2 * px_ticks)
    if side > 0:
        trader["bid_fills"] += 1
    else:
        trader["ask_fills"] += 1
    reason = FILLED if is_maker else TAKEN
    order_id, known_ns = int(order["order_id"]), int(answer["known_ns"])
    entry = Entry(
        FILLED_EVENT, reason, slot, order_id, side, px_ticks, lots, ts_exchange_ns, known_ns
    )
    note(models.journal, trader, entry)


@kernel
def book_known(trader: np.void, answer: np.void) -> None:
    """Book the fills of an answer at average cost, before the known position takes them in.

    What the held lots have cost is always `known_realised_ticks - known_cash_ticks`.
    """
    held, lots = int(trader["known_position_lots"]), int(answer["position_lots"])
    cash = int(answer["cash_ticks"])
    if held == 0 or held * (held + lots) < 0:
        trader["position_since_ns"] = answer["known_ns"]
    if held * lots < 0:
        closed = min(abs(held), abs(lots))
        cost = trader["known_realised_ticks"] - trader["known_cash_ticks"]
        trader["known_realised_ticks"] += cash * closed / abs(lots) - cost * closed / abs(held)
    if held + lots == 0:  # flat: no rounding is carried on
        trader["known_realised_ticks"] = float(trader["known_cash_ticks"] + cash)
    trader["known_traded_lots"] += abs(lots)


@kernel
def known_cost_ticks(trader: np.void) -> float:
    """What the lots we know to hold have cost, at average cost; negative where we are short."""
    return trader["known_realised_ticks"] - trader["known_cash_ticks"]


@inlined_kernel
def learn(trader: np.void, now_ns: int) -> None:
    """Take in every answer that has come back by `now_ns`."""
    while trader["response_count"] > 0:
        answer = trader["responses"][trader["response_head"]]
        if answer["known_ns"] > now_ns:
            return
        if answer["position_lots"] != 0:
            book_known(trader, answer)
        trader["known_position_lots"] += answer["position_lots"]
        trader["known_cash_ticks"] += answer["cash_ticks"]
        trader["known_fees_microticks"] += answer["fees_microticks"]
        intent = trader["intents"][answer["slot"]]
        if intent["order_id"] == answer["order_id"]:
            intent["in_flight"] -= answer["answers"]
            if intent["in_flight"] == 0:  # else what we last asked for is still to come
                intent["px_ticks"] = answer["px_ticks"]
            intent["leaves_lots"] = answer["leaves_lots"]
            intent["filled_lots"] = answer["filled_lots"]
            intent["reason"] = answer["reason"]
            if answer["leaves_lots"] == 0:
                intent["state"] = NONE
        trader["response_head"] = (trader["response_head"] + 1) % len(trader["responses"])
        trader["response_count"] -= 1
    trader["response_head"] = 0  # an empty ring starts over: its first places stay near


@kernel
def known_equity_ticks(trader: np.void, mid2_ticks: int) -> float:
    """What we know we are worth, marked at the mid, after fees; in tick-lots."""
    return (
        trader["known_cash_ticks"]
        + 0.5 * trader["known_position_lots"] * mid2_ticks
        - trader["known_fees_microticks"] / MICROTICKS
    )


@kernel
def clear_trader(trader: np.void, row: int, mid2_ticks: int) -> None:
    """Start an episode: flat, no orders, nothing in flight. The random state goes on."""
    trader["row"] = row
    trader["mid2_ticks"] = mid2_ticks
    trader["position_lots"] = 0
    trader["cash_ticks"] = 0
    trader["fees_microticks"] = 0
    trader["known_position_lots"] = 0
    trader["known_cash_ticks"] = 0
    trader["known_fees_microticks"] = 0
    trader["known_realised_ticks"] = 0.0
    trader["known_traded_lots"] = 0
    trader["position_since_ns"] = 0
    trader["last_order_id"] = 0
    trader["last_arrival_ns"] = 0
    trader["last_known_ns"] = 0
    split_random(trader)
    clear_risk(trader)
    trader["message_head"] = 0
    trader["message_count"] = 0
    trader["response_head"] = 0
    trader["response_count"] = 0
    trader["packet_open"] = 0
    trader["uncross_row"] = row
    trader["day_count"] = 0
    trader["live_count"][0] = 0
    trader["live_count"][1] = 0
    watch(trader)
    trader["consumed_lots"] = 0
    trader["bid_fills"] = 0
    trader["ask_fills"] = 0
    trader["lots_traded"] = 0
    trader["taker_lots"] = 0
    trader["messages_sent"] = 0
    trader["rejected"] = 0
    trader["passed_lots"] = 0
    trader["spread_half_ticks"] = 0
    for slot in range(len(trader["orders"])):
        order = trader["orders"][slot]
        order["order_id"] = 0
        order["leaves_lots"] = 0
        order["credit_lots"] = 0
        intent = trader["intents"][slot]
        intent["order_id"] = 0
        intent["state"] = NONE
        intent["px_ticks"] = 0
        intent["leaves_lots"] = 0
        intent["filled_lots"] = 0
        intent["in_flight"] = 0
