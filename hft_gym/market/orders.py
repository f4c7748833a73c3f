"""A message of ours arrives at the exchange: it rests, takes, changes an order or is refused."""

import numpy as np

from hft_gym.book.index import (
    PLACE_MASK,
    WINDOW_PLACES,
    is_crossed_in,
    load_ladder,
    load_window,
    reach_at,
)
from hft_gym.book.ladder import NO_PRICE, lots_at
from hft_gym.kernel.jit import kernel
from hft_gym.kernel.lanes import bits_from, first_bits, highest_bit, lowest_bit
from hft_gym.market.account import FAR, fill, respond
from hft_gym.market.columns import consumed_of, flags_of, ladder_of
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.records import ORDERS, Action, Reason
from hft_gym.tape.rows import Flag

NEW, MODIFY, CANCEL = int(Action.NEW), int(Action.MODIFY), int(Action.CANCEL)
ACCEPTED, CANCELLED = int(Reason.ACCEPTED), int(Reason.CANCELLED)
POST_ONLY_WOULD_TAKE, TOO_LATE = int(Reason.POST_ONLY_WOULD_TAKE), int(Reason.TOO_LATE)
SELF_TRADE, BOOK_CROSSED = int(Reason.SELF_TRADE), int(Reason.BOOK_CROSSED)
OUTSIDE_BAND = int(Reason.OUTSIDE_BAND)
CROSSED = int(Flag.CROSSED) | int(Flag.HALTED)
BIDS, ASKS = np.uint64(0x5555_5555), np.uint64(0xAAAA_AAAA)  # places of either side in a window
NONE_SHOWN, NOT_KNOWN = -1, -2


@kernel
def watch(trader: np.void) -> None:
    """Note where our live orders stand: rows elsewhere cannot concern us."""
    bid_low, bid_high, ask_low, ask_high = FAR, -FAR, FAR, -FAR
    bids, asks, bid_slot, ask_slot = 0, 0, 0, 0
    for slot in range(ORDERS):
        order = trader["orders"][slot]
        if order["leaves_lots"] > 0:
            if order["side"] > 0:
                bid_low = min(bid_low, order["px_ticks"])
                bid_high = max(bid_high, order["px_ticks"])
                bids, bid_slot = bids + 1, slot
            else:
                ask_low = min(ask_low, order["px_ticks"])
                ask_high = max(ask_high, order["px_ticks"])
                asks, ask_slot = asks + 1, slot
    trader["bid_high_ticks"], trader["ask_low_ticks"] = bid_high, ask_low
    trader["bid_low_ticks"], trader["ask_high_ticks"] = bid_low, ask_high
    trader["bid_slot"], trader["ask_slot"] = bid_slot, ask_slot
    trader["has_several"] = bids > 1 or asks > 1


@kernel
def show(tape: np.void, book: np.void, row: int, place: int) -> None:
    """Make a place of the ladder true before `row`: the window round the touch, or all of it."""
    if book["low_place"] <= place < book["high_place"]:
        return
    if book["high_place"] == 0:
        first, shown = load_window(tape["index"], ladder_of(book), row)
        book["low_place"], book["shown"] = first, shown
        book["high_place"] = book["low_place"] + WINDOW_PLACES
        if book["low_place"] <= place < book["high_place"]:
            return
    load_ladder(tape["index"], ladder_of(book), row)
    book["low_place"], book["high_place"] = 0, book["places"]


@kernel
def lots_after(tape: np.void, book: np.void, row: int) -> int:
    """What the level that a row changes shows after it."""
    place = reach_at(tape["index"], row) & PLACE_MASK
    book["high_place"] = 0
    show(tape, book, row + 1, place)
    lots = ladder_of(book)[place]
    book["high_place"] = 0
    return int(lots)


@kernel
def _best_shown(shown: int, lane: int, side: int) -> int:
    """`_walk_to_touch` in the bits of a window: the best place, NONE_SHOWN or NOT_KNOWN."""
    if side > 0:
        below = first_bits(shown, lane + 2)
        if not below & BIDS:
            return NOT_KNOWN
        opposite = bits_from(below & ASKS, highest_bit(below & BIDS))
        return lowest_bit(opposite) if opposite else NONE_SHOWN
    above = bits_from(shown, lane)
    if not above & ASKS:
        return NOT_KNOWN
    opposite = first_bits(above & BIDS, lowest_bit(above & ASKS))
    return highest_bit(opposite) if opposite else NONE_SHOWN


@kernel
def opposite_touch(tape: np.void, book: np.void, row: int, side: int, px_ticks: int) -> int:
    """The best price at which an order of `side` at `px_ticks` would take; NO_PRICE: it rests."""
    place = 2 * (px_ticks - book["base_ticks"])
    if place < 0 or place >= book["places"]:
        return NO_PRICE
    show(tape, book, row, place)
    if book["high_place"] - book["low_place"] == WINDOW_PLACES:
        lane = _best_shown(book["shown"], place - book["low_place"], side)
        if lane == NONE_SHOWN:
            return NO_PRICE
        if lane >= 0:
            best = book["low_place"] + lane
            if ladder_of(book)[best] > consumed_of(book)[best]:
                return int(book["base_ticks"] + best // 2)
    return _walk_to_touch(tape, book, row, side, px_ticks)


@kernel
def _walk_to_touch(tape: np.void, book: np.void, row: int, side: int, px_ticks: int) -> int:
    """Walk from `px_ticks` away from the opposite side until the own side of the book shows lots.

    Beyond these, a book that is not crossed has no lots of the opposite side.
    """
    ladder, consumed = ladder_of(book), consumed_of(book)
    own = 0 if side > 0 else 1
    best = NO_PRICE
    level = px_ticks - book["base_ticks"]
    while 0 <= 2 * level < ladder.size:
        show(tape, book, row, 2 * level)
        place = 2 * level + 1 - own
        if ladder[place] > 0 and ladder[place] > consumed[place]:
            best = book["base_ticks"] + level
        if ladder[2 * level + own] > 0:
            break
        level -= side
    return best


@kernel
def _meets_own(trader: np.void, slot: int, side: int, px_ticks: int) -> bool:
    for other in range(ORDERS):
        order = trader["orders"][other]
        opposite = other != slot and order["leaves_lots"] > 0 and order["side"] == -side
        if opposite and side * (px_ticks - order["px_ticks"]) >= 0:
            return True
    return False


@kernel
def _refusal(book: np.void, trader: np.void, message: np.void, taking: bool, crossed: bool) -> int:
    """Why an order may not come to the book; ACCEPTED if it may."""
    level = message["px_ticks"] - book["base_ticks"]
    if level < 0 or 2 * level >= book["places"]:
        return OUTSIDE_BAND
    if crossed:
        return BOOK_CROSSED
    if taking and message["post_only"]:
        return POST_ONLY_WOULD_TAKE
    if _meets_own(trader, int(message["slot"]), int(message["side"]), int(message["px_ticks"])):
        return SELF_TRADE
    return ACCEPTED


@kernel
def consume(book: np.void, trader: np.void, place: int, lots: int) -> None:
    """Remember that lots of the tape have traded with us: nobody can take them again."""
    consumed_of(book)[place] += lots
    trader["consumed_lots"] += lots


@kernel
def take(
    models: MarketModels, book: np.void, trader: np.void, slot: int, touch: int, ts_exchange_ns: int
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
            fill(models, trader, slot, lots, px, ts_exchange_ns, False)
        px += side


@kernel
def _enter(
    models: MarketModels, book: np.void, trader: np.void, message: np.void, touch: int
) -> None:
    """Write the order into its slot; it takes what it can and rests behind what is displayed."""
    slot = int(message["slot"])
    order = trader["orders"][slot]
    order["side"] = message["side"]
    order["px_ticks"] = message["px_ticks"]
    order["post_only"] = message["post_only"]
    order["arrival_row"] = trader["row"]
    order["credit_lots"] = 0
    if touch != NO_PRICE:
        take(models, book, trader, slot, touch, message["arrival_ns"])
    ladder = ladder_of(book)
    order["ahead_lots"] = lots_at(ladder, book["base_ticks"], order["side"], order["px_ticks"])


@kernel
def _is_crossed(tape: np.void, row: int) -> bool:
    """Whether the book is crossed or locked before a row."""
    return is_crossed_in(tape["index"], row) and (flags_of(tape)[row - 1] & CROSSED) != 0


@kernel
def _arrive_new(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, message: np.void
) -> None:
    order = trader["orders"][message["slot"]]
    order["order_id"] = message["order_id"]
    order["filled_lots"] = 0
    order["leaves_lots"] = 0
    order["px_ticks"] = message["px_ticks"]
    row = trader["row"]
    touch = opposite_touch(tape, book, row, int(message["side"]), int(message["px_ticks"]))
    reason = _refusal(book, trader, message, touch != NO_PRICE, _is_crossed(tape, row))
    if reason == ACCEPTED:
        order["leaves_lots"] = message["lots"]
        _enter(models, book, trader, message, touch)
    else:
        trader["rejected"] += 1
    respond(models, trader, int(message["slot"]), message["arrival_ns"], reason, 1)


@kernel
def _arrive_modify(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, message: np.void
) -> None:
    order = trader["orders"][message["slot"]]
    # what filled while the message was on its way has used up its part of the new size
    leaves = message["lots"] - (order["filled_lots"] - message["filled_lots"])
    if leaves <= 0:
        order["leaves_lots"] = 0
        respond(models, trader, int(message["slot"]), message["arrival_ns"], CANCELLED, 1)
        return
    if message["px_ticks"] == order["px_ticks"] and leaves <= order["leaves_lots"]:
        order["leaves_lots"] = leaves  # a decrease keeps its place in the queue
        respond(models, trader, int(message["slot"]), message["arrival_ns"], ACCEPTED, 1)
        return
    row = trader["row"]
    touch = opposite_touch(tape, book, row, int(message["side"]), int(message["px_ticks"]))
    reason = _refusal(book, trader, message, touch != NO_PRICE, _is_crossed(tape, row))
    if reason == ACCEPTED:
        order["leaves_lots"] = leaves
        _enter(models, book, trader, message, touch)
    else:
        trader["rejected"] += 1  # the order stays as it was
    respond(models, trader, int(message["slot"]), message["arrival_ns"], reason, 1)


@kernel
def arrive(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, message: np.void
) -> None:
    """One message reaches the exchange, after every row before `trader["row"]`."""
    if message["action"] == NEW:
        _arrive_new(models, tape, book, trader, message)
    else:
        order = trader["orders"][message["slot"]]
        if order["order_id"] != message["order_id"] or order["leaves_lots"] == 0:
            trader["rejected"] += 1
            respond(models, trader, int(message["slot"]), message["arrival_ns"], TOO_LATE, 1)
        elif message["action"] == MODIFY:
            _arrive_modify(models, tape, book, trader, message)
        else:
            order["leaves_lots"] = 0
            respond(models, trader, int(message["slot"]), message["arrival_ns"], CANCELLED, 1)
    watch(trader)
