"""An order of ours takes what is displayed, level by level, past orders of our own."""

import numpy as np

from hft_gym.book.ladder import NO_PRICE
from hft_gym.kernel.jit import kernel
from hft_gym.market.account import fill
from hft_gym.market.columns import consumed_of, ladder_of
from hft_gym.market.ending import drop
from hft_gym.market.interfaces import MarketModels, immediate_fill_px
from hft_gym.market.priority import best_px, leave, line_of
from hft_gym.market.records import OrderType, Reason, SelfTrade
from hft_gym.market.sight import touch_of

MARKET = int(OrderType.MARKET)
ACCEPTED, SELF_TRADE = int(Reason.ACCEPTED), int(Reason.SELF_TRADE)
CANCEL_NEWEST, CANCEL_OLDEST = int(SelfTrade.CANCEL_NEWEST), int(SelfTrade.CANCEL_OLDEST)
CANCEL_BOTH, ALLOW = int(SelfTrade.CANCEL_BOTH), int(SelfTrade.ALLOW)


@kernel
def meets_own(trader: np.void, side: int, px_ticks: int) -> bool:
    """Whether an order of `side` at a price would meet a live one of our own."""
    return side * (px_ticks - best_px(trader, -side)) >= 0


@kernel
def consume(book: np.void, trader: np.void, place: int, lots: int) -> None:
    """Remember that lots of the tape have traded with us: nobody can take them again."""
    consumed_of(book)[place] += lots
    trader["consumed_lots"] += lots


@kernel
def take(
    models: MarketModels,
    tape: np.void,
    book: np.void,
    trader: np.void,
    slot: int,
    touch: int,
    ts_exchange_ns: int,
) -> None:
    """Walk the displayed levels from `touch` to the order's limit and remember what we took."""
    order = trader["orders"][slot]
    side = int(order["side"])
    ladder, consumed = ladder_of(book), consumed_of(book)
    px = touch
    while order["leaves_lots"] > 0 and side * (order["px_ticks"] - px) >= 0:
        place = 2 * (px - book["base_ticks"]) + (1 if side > 0 else 0)
        lots = min(ladder[place] - consumed[place], order["leaves_lots"])
        if lots > 0:
            consume(book, trader, place, lots)
            fill(models, tape, trader, slot, lots, px, ts_exchange_ns, False)
        px += side


@kernel
def fill_at_once(
    models: MarketModels,
    tape: np.void,
    book: np.void,
    trader: np.void,
    slot: int,
    message: np.void,
) -> None:
    """Fill an order in whole at the model's price, where its limit and a two-sided book allow."""
    order = trader["orders"][slot]
    side, lots = int(order["side"]), int(order["leaves_lots"])
    bid, ask = touch_of(tape, book, int(trader["row"]))
    if bid == NO_PRICE or ask == NO_PRICE:
        return
    px = immediate_fill_px(models.queue, side, bid, ask)
    if message["order_type"] == MARKET or side * (order["px_ticks"] - px) >= 0:
        fill(models, tape, trader, slot, lots, px, int(message["arrival_ns"]), False)


@kernel
def _left_at(book: np.void, side: int, px_ticks: int, touch: int) -> int:
    """Lots of others that an order of `side` can take at a price; none before `touch`."""
    if touch == NO_PRICE or side * (px_ticks - touch) < 0:
        return 0
    place = 2 * (px_ticks - book["base_ticks"]) + (1 if side > 0 else 0)
    return max(0, int(ladder_of(book)[place]) - int(consumed_of(book)[place]))


@kernel
def _left_before(book: np.void, own: np.void) -> int:
    """Lots of others that stand before an order of ours and that we have not taken."""
    place = 2 * (own["px_ticks"] - book["base_ticks"]) + (0 if own["side"] > 0 else 1)
    return max(0, int(own["ahead_lots"]) - int(consumed_of(book)[place]))


@kernel
def _first_px(trader: np.void, side: int, touch: int) -> int:
    """The best price that an order of `side` meets, of others or of our own."""
    own_px = best_px(trader, -side)
    if touch == NO_PRICE:
        return own_px
    return min(touch, own_px) if side > 0 else max(touch, own_px)


@kernel
def lots_in_reach(policy: int, book: np.void, trader: np.void, message: np.void, touch: int) -> int:
    """Lots that an order would trade at once, were it as large as one could wish."""
    side = int(message["side"])
    line = line_of(-side)
    found, k = 0, 0
    px = _first_px(trader, side, touch)
    while side * (message["px_ticks"] - px) >= 0:
        before = 0
        while k < trader["live_count"][line]:
            own = trader["orders"][int(trader["live_slots"][line, k])]
            if own["px_ticks"] != px:
                break
            before = max(before, min(_left_before(book, own), _left_at(book, side, px, touch)))
            if policy in (CANCEL_NEWEST, CANCEL_BOTH):
                return found + before
            if policy == ALLOW:
                found += own["leaves_lots"]
            k += 1
        found += _left_at(book, side, px, touch)
        px += side
    return found


@kernel
def _meet(
    models: MarketModels, tape: np.void, trader: np.void, slot: int, own_slot: int, ts_ns: int
) -> int:
    """An order of ours meets another one of ours; SELF_TRADE: what is left of it must go."""
    policy = models.rules.self_trade
    if policy == CANCEL_NEWEST:
        return SELF_TRADE
    if policy in (CANCEL_OLDEST, CANCEL_BOTH):
        drop(models, tape, trader, own_slot, ts_ns, SELF_TRADE)
        return ACCEPTED if policy == CANCEL_OLDEST else SELF_TRADE
    order, own = trader["orders"][slot], trader["orders"][own_slot]
    lots, px_ticks = min(int(order["leaves_lots"]), int(own["leaves_lots"])), int(own["px_ticks"])
    fill(models, tape, trader, own_slot, lots, px_ticks, ts_ns, True)
    fill(models, tape, trader, slot, lots, px_ticks, ts_ns, False)
    if own["leaves_lots"] == 0:
        leave(trader, own_slot)
    return ACCEPTED


@kernel
def take_past_ours(
    models: MarketModels,
    tape: np.void,
    book: np.void,
    trader: np.void,
    slot: int,
    touch: int,
    ts_exchange_ns: int,
) -> int:
    """`take` where orders of our own stand in the way; SELF_TRADE: the order's rest must go.

    At each level those of others that stand before ours trade first.
    """
    order = trader["orders"][slot]
    side = int(order["side"])
    line = line_of(-side)
    px = _first_px(trader, side, touch)
    while order["leaves_lots"] > 0 and side * (order["px_ticks"] - px) >= 0:
        own_slot = int(trader["live_slots"][line, 0]) if trader["live_count"][line] > 0 else -1
        if own_slot >= 0 and trader["orders"][own_slot]["px_ticks"] != px:
            own_slot = -1
        lots = _left_at(book, side, px, touch)
        if own_slot >= 0:
            lots = min(lots, _left_before(book, trader["orders"][own_slot]))
        lots = min(lots, int(order["leaves_lots"]))
        if lots > 0:
            consume(book, trader, 2 * (px - book["base_ticks"]) + (1 if side > 0 else 0), lots)
            fill(models, tape, trader, slot, lots, px, ts_exchange_ns, False)
        if own_slot < 0:
            px += side
        elif order["leaves_lots"] > 0:
            reason = _meet(models, tape, trader, slot, own_slot, ts_exchange_ns)
            if reason != ACCEPTED:
                return reason
    return ACCEPTED
