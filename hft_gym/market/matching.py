"""What a row of the tape does to our resting orders. Rare: only rows that touch our prices come."""

import numpy as np

from hft_gym.book.index import queue_key_at, reach_at
from hft_gym.book.ladder import place_of
from hft_gym.kernel.jit import kernel
from hft_gym.market.account import fill, respond
from hft_gym.market.columns import consumed_of, lots_of, px_of, ts_exchange_of
from hft_gym.market.interfaces import MarketModels, lots_ahead_gone
from hft_gym.market.orders import consume, watch
from hft_gym.market.records import ORDERS, Reason

BOOK_CLEARED = int(Reason.BOOK_CLEARED)


@kernel
def _next_in_line(trader: np.void, side: int, px_ticks: int, served: int) -> int:
    """The slot that trades next against an aggressor at `px_ticks`: price, then time; -1: none."""
    best = -1
    for slot in range(ORDERS):
        order = trader["orders"][slot]
        if order["leaves_lots"] <= 0 or order["side"] != side or served & (1 << slot):
            continue
        if side * (order["px_ticks"] - px_ticks) < 0:
            continue
        if best < 0:
            best = slot
            continue
        other = trader["orders"][best]
        better = side * (order["px_ticks"] - other["px_ticks"])
        if better > 0 or (better == 0 and order["order_id"] < other["order_id"]):
            best = slot
    return best


@kernel
def on_trade(models: MarketModels, tape: np.void, trader: np.void, row: int) -> None:
    """An aggressor trades: our better prices first, then those ahead of us, then us.

    The lots ahead leave with the print; the REDUCE rows that follow must not take them again,
    hence the credit. What a print had against hidden or implied orders is given back at the end of
    the packet.
    """
    aggressor = -1 if reach_at(tape["index"], row) < 0 else 1
    remaining = queue_key_at(tape["index"], row)
    px_ticks = int(px_of(tape)[row])
    passed = 0  # lots of others at this price that the print has used
    served = 0
    while True:
        slot = _next_in_line(trader, -aggressor, px_ticks, served)
        if slot < 0:
            break
        served |= 1 << slot
        order = trader["orders"][slot]
        if order["px_ticks"] == px_ticks:
            before_us = min(remaining, order["ahead_lots"] - passed)
            if before_us > 0:
                passed += before_us
                remaining -= before_us
            if passed > 0:
                order["ahead_lots"] -= passed
                order["credit_lots"] += passed
                trader["packet_open"] = 1
        traded = min(remaining, int(order["leaves_lots"]))
        if traded > 0:
            remaining -= traded
            ts_exchange_ns = ts_exchange_of(tape)[row]
            fill(models, trader, slot, traded, int(order["px_ticks"]), ts_exchange_ns, True)
    watch(trader)


@kernel
def on_crossing_add(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, row: int
) -> None:
    """A newcomer rests at a price that ours would have met: it would have traded with us."""
    newcomer = -1 if reach_at(tape["index"], row) < 0 else 1
    px_ticks, remaining = int(px_of(tape)[row]), int(lots_of(tape)[row])
    ts_exchange_ns = ts_exchange_of(tape)[row]
    place = place_of(book["base_ticks"], newcomer, px_ticks)
    served = 0
    while remaining > 0:
        slot = _next_in_line(trader, -newcomer, px_ticks, served)
        if slot < 0:
            break
        served |= 1 << slot
        order = trader["orders"][slot]
        traded = min(remaining, int(order["leaves_lots"]))
        remaining -= traded
        fill(models, trader, slot, traded, int(order["px_ticks"]), ts_exchange_ns, True)
        if 0 <= place < book["places"]:
            consume(book, trader, place, traded)
    watch(trader)


@kernel
def on_reduce(
    models: MarketModels,
    trader: np.void,
    side: int,
    px_ticks: int,
    lots: int,
    queue_key: int,
    level_lots: int,
) -> None:
    """Lots leave one of our prices: those ahead of us bring us forward."""
    for slot in range(ORDERS):
        order = trader["orders"][slot]
        if order["leaves_lots"] <= 0 or order["side"] != side or order["px_ticks"] != px_ticks:
            continue
        gone = lots_ahead_gone(models.queue, order, queue_key, lots, level_lots)
        by_print = min(gone, int(order["credit_lots"]))
        order["credit_lots"] -= by_print
        order["ahead_lots"] = max(0, order["ahead_lots"] - (gone - by_print))


@kernel
def end_packet(trader: np.void) -> None:
    """Give back the credit that no REDUCE has used: those lots are still ahead of us."""
    for slot in range(ORDERS):
        order = trader["orders"][slot]
        if order["credit_lots"] > 0:
            order["ahead_lots"] += order["credit_lots"]
            order["credit_lots"] = 0
    trader["packet_open"] = 0


@kernel
def on_clear(models: MarketModels, book: np.void, trader: np.void, ts_exchange_ns: int) -> None:
    """The venue empties its book: our resting orders are cancelled, the position stays."""
    consumed_of(book)[:] = 0
    trader["consumed_lots"] = 0
    for slot in range(ORDERS):
        order = trader["orders"][slot]
        if order["leaves_lots"] > 0:
            order["leaves_lots"] = 0
            respond(models, trader, slot, ts_exchange_ns, BOOK_CLEARED, 0)
    watch(trader)
