"""A message of ours arrives at the exchange: it rests, takes, changes an order or is refused."""

import numpy as np

from hft_gym.book.ladder import NO_PRICE
from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.market.account import News, note_place, respond
from hft_gym.market.ending import CANCELLED, drop, finish
from hft_gym.market.interfaces import (
    MarketModels,
    fills_at_once,
    follows_levels,
    needs_top,
)
from hft_gym.market.levels import stand_behind
from hft_gym.market.priority import join, leave, line_of, watch
from hft_gym.market.records import (
    Action,
    Event,
    OrderType,
    Reason,
    SelfTrade,
    TimeInForce,
    WhenCrossed,
)
from hft_gym.market.sight import (
    betters_market,
    collar_px,
    is_crossed,
    lots_standing,
    opposite_touch,
)
from hft_gym.market.taking import fill_at_once, lots_in_reach, meets_own, take, take_past_ours

NEW, MODIFY, CANCEL = int(Action.NEW), int(Action.MODIFY), int(Action.CANCEL)
ACCEPTED_EVENT, REJECTED_EVENT = int(Event.ACCEPTED), int(Event.REJECTED)
MODIFIED_EVENT = int(Event.MODIFIED)
ACCEPTED, CANCELLED_REASON = int(Reason.ACCEPTED), int(Reason.CANCELLED)
POST_ONLY_WOULD_TAKE, TOO_LATE = int(Reason.POST_ONLY_WOULD_TAKE), int(Reason.TOO_LATE)
SELF_TRADE, BOOK_CROSSED = int(Reason.SELF_TRADE), int(Reason.BOOK_CROSSED)
OUTSIDE_BAND, EMPTY_SIDE = int(Reason.OUTSIDE_BAND), int(Reason.EMPTY_SIDE)
NOT_ENOUGH_LOTS, SESSION_OVER = int(Reason.NOT_ENOUGH_LOTS), int(Reason.SESSION_OVER)
IMMEDIATE_REST = int(Reason.IMMEDIATE_REST)
MARKET = int(OrderType.MARKET)
DAY, IOC, FOK = int(TimeInForce.DAY), int(TimeInForce.IOC), int(TimeInForce.FOK)
CANCEL_NEWEST, ALLOW = int(SelfTrade.CANCEL_NEWEST), int(SelfTrade.ALLOW)
CANCEL_BOTH = int(SelfTrade.CANCEL_BOTH)
REST = int(WhenCrossed.REST)


@kernel
def _is_immediate(message: np.void) -> bool:
    """Whether an order never rests."""
    tif = message["time_in_force"]
    return tif in (IOC, FOK) or message["order_type"] == MARKET


@kernel
def _refusal_by_lots(
    models: MarketModels, book: np.void, trader: np.void, message: np.void, touch: int, lots: int
) -> int:
    """Why an order may not come that meets one of our own, or must fill at once."""
    policy = models.rules.self_trade
    if message["order_type"] == MARKET and touch == NO_PRICE:
        return EMPTY_SIDE
    if meets_own(trader, int(message["side"]), int(message["px_ticks"])):
        if message["post_only"] and policy == ALLOW:
            return POST_ONLY_WOULD_TAKE
        if policy == CANCEL_NEWEST and lots_in_reach(policy, book, trader, message, touch) == 0:
            return SELF_TRADE
    if message["time_in_force"] != FOK:
        return ACCEPTED
    enough = lots_in_reach(policy, book, trader, message, touch) >= lots
    return ACCEPTED if enough else NOT_ENOUGH_LOTS


@inlined_kernel
def _refusal(
    models: MarketModels,
    tape: np.void,
    book: np.void,
    trader: np.void,
    message: np.void,
    touch: int,
    lots: int,
) -> int:
    """Why an order may not come to the book; ACCEPTED if it may."""
    level = message["px_ticks"] - book["base_ticks"]
    if level < 0 or 2 * level >= book["places"]:
        return OUTSIDE_BAND
    if message["time_in_force"] == DAY and message["arrival_ns"] >= tape["session_end_ns"]:
        return SESSION_OVER
    if is_crossed(tape, int(trader["row"])):
        if models.rules.when_crossed != REST or _is_immediate(message):
            return BOOK_CROSSED
        meets = meets_own(trader, int(message["side"]), int(message["px_ticks"]))
        return SELF_TRADE if meets and models.rules.self_trade == CANCEL_NEWEST else ACCEPTED
    if touch != NO_PRICE and message["post_only"]:
        return POST_ONLY_WOULD_TAKE
    return _refusal_by_lots(models, book, trader, message, touch, lots)


@kernel
def _make_way(models: MarketModels, tape: np.void, trader: np.void, message: np.void) -> int:
    """While nobody can trade, an order comes to rest where it would meet one of our own."""
    policy = models.rules.self_trade
    line = line_of(-int(message["side"]))
    while policy != ALLOW and meets_own(trader, int(message["side"]), int(message["px_ticks"])):
        own_slot = int(trader["live_slots"][line, 0])
        drop(models, tape, trader, own_slot, int(message["arrival_ns"]), SELF_TRADE)
        watch(trader)
        if policy == CANCEL_BOTH:
            return SELF_TRADE
    return ACCEPTED


@inlined_kernel
def _rest(models: MarketModels, tape: np.void, book: np.void, trader: np.void, slot: int) -> None:
    """An order comes to stand behind all that is displayed at its price."""
    order = trader["orders"][slot]
    side, px_ticks = int(order["side"]), int(order["px_ticks"])
    order["ahead_lots"] = lots_standing(tape, book, int(trader["row"]), side, px_ticks)
    if follows_levels(models.queue):
        stand_behind(order, int(order["ahead_lots"]))
    if needs_top(models.queue):
        order["is_top"] = betters_market(tape, book, int(trader["row"]), side, px_ticks)
    join(trader, slot)


@inlined_kernel
def _enter(
    models: MarketModels,
    tape: np.void,
    book: np.void,
    trader: np.void,
    message: np.void,
    touch: int,
) -> None:
    """An accepted order takes what it can; the rest stands behind what is displayed, or ends."""
    slot, ts_exchange_ns = int(message["slot"]), int(message["arrival_ns"])
    order = trader["orders"][slot]
    reason = ACCEPTED
    meets = meets_own(trader, int(message["side"]), int(message["px_ticks"]))
    if is_crossed(tape, int(trader["row"])):
        if meets:
            reason = _make_way(models, tape, trader, message)
    elif meets:
        reason = take_past_ours(models, tape, book, trader, slot, touch, ts_exchange_ns)
    elif fills_at_once(models.queue):
        fill_at_once(models, tape, book, trader, slot, message)
    elif touch != NO_PRICE:
        take(models, tape, book, trader, slot, touch, ts_exchange_ns)
    if order["leaves_lots"] == 0:
        return
    if reason == ACCEPTED and _is_immediate(message):
        reason = IMMEDIATE_REST
    if reason == ACCEPTED:
        _rest(models, tape, book, trader, slot)
        note_place(models, trader, slot, ts_exchange_ns)
    else:
        finish(models, tape, trader, slot, ts_exchange_ns, News(CANCELLED, reason, 0, 0))


@kernel
def _write(trader: np.void, message: np.void, leaves_lots: int) -> None:
    """The order is what the message says, behind every row that has been replayed."""
    order = trader["orders"][message["slot"]]
    order["leaves_lots"] = leaves_lots
    order["side"] = message["side"]
    order["px_ticks"] = message["px_ticks"]
    order["post_only"] = message["post_only"]
    order["time_in_force"] = message["time_in_force"]
    order["arrival_row"] = trader["row"]
    order["credit_lots"] = 0


@kernel
def _answer(
    models: MarketModels,
    tape: np.void,
    trader: np.void,
    message: np.void,
    event: int,
    reason: int,
    lots: int,
) -> None:
    """Answer a message with the state of its order."""
    news = News(event, reason, lots, 1)
    respond(models, tape, trader, int(message["slot"]), int(message["arrival_ns"]), news)
    if event == REJECTED_EVENT:
        trader["rejected"] += 1


@inlined_kernel
def _arrive_new(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, message: np.void
) -> None:
    order = trader["orders"][message["slot"]]
    order["order_id"] = message["order_id"]
    order["filled_lots"] = 0
    row, side, lots = int(trader["row"]), int(message["side"]), int(message["lots"])
    if message["order_type"] == MARKET:
        limit = NO_PRICE
        if not is_crossed(tape, row):
            limit = collar_px(tape, book, row, side, models.rules.collar_ticks)
        message["px_ticks"] = limit if limit != NO_PRICE else book["base_ticks"]
    touch = opposite_touch(tape, book, row, side, int(message["px_ticks"]))
    reason = _refusal(models, tape, book, trader, message, touch, lots)
    if reason == ACCEPTED:
        _write(trader, message, lots)
        _answer(models, tape, trader, message, ACCEPTED_EVENT, ACCEPTED, lots)
        _enter(models, tape, book, trader, message, touch)
    else:
        _write(trader, message, 0)
        _answer(models, tape, trader, message, REJECTED_EVENT, reason, lots)


@inlined_kernel
def _arrive_modify(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, message: np.void
) -> None:
    slot = int(message["slot"])
    order = trader["orders"][slot]
    message["side"], message["time_in_force"] = order["side"], order["time_in_force"]
    # what filled while the message was on its way has used up its part of the new size
    leaves = int(message["lots"] - (order["filled_lots"] - message["filled_lots"]))
    if leaves <= 0:
        leave(trader, slot)
        news = News(CANCELLED, CANCELLED_REASON, 0, 1)
        finish(models, tape, trader, slot, int(message["arrival_ns"]), news)
        return
    if message["px_ticks"] == order["px_ticks"] and leaves <= order["leaves_lots"]:
        order["leaves_lots"] = leaves  # a decrease keeps its place in the queue
        _answer(models, tape, trader, message, MODIFIED_EVENT, ACCEPTED, leaves)
        return
    row = int(trader["row"])
    touch = opposite_touch(tape, book, row, int(message["side"]), int(message["px_ticks"]))
    reason = _refusal(models, tape, book, trader, message, touch, leaves)
    if reason == ACCEPTED:
        leave(trader, slot)
        _write(trader, message, leaves)
        _answer(models, tape, trader, message, MODIFIED_EVENT, ACCEPTED, leaves)
        _enter(models, tape, book, trader, message, touch)
    else:  # the order stays as it was
        _answer(models, tape, trader, message, REJECTED_EVENT, reason, int(message["lots"]))


@kernel
def arrive(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, message: np.void
) -> None:
    """One message reaches the exchange, after every row before `trader["row"]`."""
    slot = int(message["slot"])
    if message["action"] == NEW:
        _arrive_new(models, tape, book, trader, message)
    else:
        order = trader["orders"][slot]
        if order["order_id"] != message["order_id"] or order["leaves_lots"] == 0:
            lots = int(message["lots"])
            _answer(models, tape, trader, message, REJECTED_EVENT, TOO_LATE, lots)
        elif message["action"] == MODIFY:
            _arrive_modify(models, tape, book, trader, message)
        else:
            leave(trader, slot)
            news = News(CANCELLED, CANCELLED_REASON, 0, 1)
            finish(models, tape, trader, slot, int(message["arrival_ns"]), news)
    watch(trader)


@kernel
def uncross(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, ts_ns: int
) -> None:
    """Trading goes on: orders of ours that meet the other side take, best ones first."""
    book["high_place"] = 0
    for line in range(2):
        side = 1 - 2 * line
        place = 0
        while place < trader["live_count"][line]:
            slot = int(trader["live_slots"][line, place])
            order = trader["orders"][slot]
            px_ticks = int(order["px_ticks"])
            touch = opposite_touch(tape, book, int(trader["row"]), side, px_ticks)
            meets = meets_own(trader, side, px_ticks)
            if touch == NO_PRICE and not meets:
                break
            if order["post_only"]:
                drop(models, tape, trader, slot, ts_ns, POST_ONLY_WOULD_TAKE)
            elif take_past_ours(models, tape, book, trader, slot, touch, ts_ns) == SELF_TRADE:
                drop(models, tape, trader, slot, ts_ns, SELF_TRADE)
            elif order["leaves_lots"] == 0:
                leave(trader, slot)
            else:
                place += 1
            watch(trader)
    book["high_place"] = 0
