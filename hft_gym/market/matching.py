"""What a row of the tape does to our resting orders. Rare: only rows that touch our prices come."""

import numpy as np

from hft_gym.book.index import level_met, moved_lots_at, queue_key_at, reach_at
from hft_gym.book.ladder import place_of
from hft_gym.kernel.jit import kernel
from hft_gym.market.account import fill
from hft_gym.market.columns import consumed_of, kind_of, lots_of, px_of, ts_exchange_of
from hft_gym.market.ending import drop_all
from hft_gym.market.interfaces import (
    MarketModels,
    follows_levels,
    lots_ahead_gone,
    needs_level_lots,
    share_of_print,
)
from hft_gym.market.levels import close_levels, note_print, open_level
from hft_gym.market.priority import first_at, leave, line_of, watch
from hft_gym.market.records import Reason
from hft_gym.market.sight import lots_before
from hft_gym.market.taking import consume
from hft_gym.tape.rows import Kind

LEVEL = int(Kind.LEVEL)
BOOK_CLEARED = int(Reason.BOOK_CLEARED)


@kernel
def _share(
    models: MarketModels, tape: np.void, book: np.void, order: np.void, remaining: int, row: int
) -> int:
    """Lots of a print at our price that are an order's, never more than either of them has."""
    level_lots = -1
    if needs_level_lots(models.queue):
        place = place_of(book["base_ticks"], int(order["side"]), int(order["px_ticks"]))
        level_lots = lots_before(tape, book, row, place)
    ahead_lots = int(order["ahead_lots"])
    ours = share_of_print(models.queue, order, remaining, ahead_lots, level_lots)
    return max(0, min(ours, remaining, int(order["leaves_lots"])))


@kernel
def _give_credit(trader: np.void, order: np.void, lots: int) -> None:
    """A print takes lots ahead of us; the REDUCE rows that follow must not take them again."""
    order["ahead_lots"] -= lots
    order["credit_lots"] += lots
    px_ticks = order["px_ticks"]
    if not trader["packet_open"]:
        trader["packet_open"] = 1
        trader["packet_bid_ticks"], trader["packet_ask_ticks"] = px_ticks, px_ticks
    trader["packet_bid_ticks"] = min(trader["packet_bid_ticks"], px_ticks)
    trader["packet_ask_ticks"] = max(trader["packet_ask_ticks"], px_ticks)


@kernel
def on_trade(models: MarketModels, tape: np.void, book: np.void, trader: np.void, row: int) -> None:
    """An aggressor trades: our better prices first, then those ahead of us, then us.

    The lots ahead leave with the print; what it had against hidden or implied orders is given back
    at the end of the packet.
    """
    reach = reach_at(tape["index"], row)
    side = 1 if reach < 0 else -1  # of ours
    remaining = queue_key_at(tape["index"], row)
    px_ticks = int(book["base_ticks"] + level_met(reach))  # beyond the band: just beyond it
    line, k = line_of(side), 0
    lots = remaining
    if follows_levels(models.queue):
        open_level(tape, book, trader, side, px_ticks, row)
    while k < trader["live_count"][line]:
        slot = int(trader["live_slots"][line, k])
        order = trader["orders"][slot]
        if side * (order["px_ticks"] - px_ticks) < 0:
            break
        traded = min(remaining, int(order["leaves_lots"]))
        if order["px_ticks"] == px_ticks:
            traded = _share(models, tape, book, order, remaining, row)
            passed = min(remaining - traded, int(order["ahead_lots"]))
            if follows_levels(models.queue):
                note_print(order, lots, remaining, traded)
            elif passed > 0:
                _give_credit(trader, order, passed)
        if traded > 0:
            remaining -= traded
            ts_exchange_ns = ts_exchange_of(tape)[row]
            fill(models, tape, trader, slot, traded, int(order["px_ticks"]), ts_exchange_ns, True)
        if order["leaves_lots"] == 0:
            leave(trader, slot)
        else:
            k += 1
    watch(trader)


@kernel
def on_crossing_add(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, row: int
) -> None:
    """A newcomer rests at a price that ours would have met: it would have traded with us."""
    side = 1 if reach_at(tape["index"], row) < 0 else -1  # of ours
    px_ticks, remaining = int(px_of(tape)[row]), int(lots_of(tape)[row])
    if kind_of(tape)[row] == LEVEL:  # its lots are all that the level shows now
        remaining = moved_lots_at(tape["index"], row)
    ts_exchange_ns = ts_exchange_of(tape)[row]
    place = place_of(book["base_ticks"], -side, px_ticks)
    line = line_of(side)
    while remaining > 0 and trader["live_count"][line] > 0:
        slot = int(trader["live_slots"][line, 0])
        order = trader["orders"][slot]
        if side * (order["px_ticks"] - px_ticks) < 0:
            break
        traded = min(remaining, int(order["leaves_lots"]))
        remaining -= traded
        fill(models, tape, trader, slot, traded, int(order["px_ticks"]), ts_exchange_ns, True)
        if 0 <= place < book["places"]:
            consume(book, trader, place, traded)
        if order["leaves_lots"] == 0:
            leave(trader, slot)
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
    line = line_of(side)
    for k in range(first_at(trader, side, px_ticks), int(trader["live_count"][line])):
        order = trader["orders"][int(trader["live_slots"][line, k])]
        if order["px_ticks"] != px_ticks:
            break
        gone = lots_ahead_gone(models.queue, order, queue_key, lots, level_lots)
        by_print = min(gone, int(order["credit_lots"]))
        order["credit_lots"] -= by_print
        order["ahead_lots"] = max(0, order["ahead_lots"] - (gone - by_print))


@kernel
def end_packet(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, row: int
) -> None:
    """Give back the credit that no REDUCE has used: those lots are still ahead of us.

    They are counted: lots that traded at our price and passed us unseen. Models that follow levels
    see them now, after the packet's last row.
    """
    if follows_levels(models.queue):
        close_levels(models, tape, book, trader, row)
        trader["packet_open"] = 0
        return
    for line in range(2):
        side = 1 - 2 * line
        worst = trader["packet_bid_ticks"] if side > 0 else trader["packet_ask_ticks"]
        for k in range(trader["live_count"][line]):
            order = trader["orders"][int(trader["live_slots"][line, k])]
            if side * (order["px_ticks"] - worst) < 0:
                break
            order["ahead_lots"] += order["credit_lots"]
            trader["passed_lots"] += order["credit_lots"]
            order["credit_lots"] = 0
    trader["packet_open"] = 0


@kernel
def on_clear(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, ts_exchange_ns: int
) -> None:
    """The venue empties its book: our resting orders are cancelled, the position stays."""
    consumed_of(book)[:] = 0
    trader["consumed_lots"] = 0
    drop_all(models, tape, trader, ts_exchange_ns, BOOK_CLEARED)
