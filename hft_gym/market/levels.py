"""Our place in a queue of which only the total is seen, for models that follow levels.

`front_lots` of an order are the lots estimated before it. A print at its price takes them from the
front; when the level has changed by the end of a packet, what the prints do not explain has been
cancelled, before us or behind us as the model's `share_behind` says. These are the rules of
hftbacktest's probability queue models, after Rigtorp, "Estimating order queue position" (2013):
with prev and new the level before and after, cum the lots traded since it last changed and p the
share behind,

    chg = prev - new - cum
    chg < 0:  front = min(front, new)
    else:     back = prev - front
              front = min(front - (1 - p) chg + min(back - p chg, 0), new)

Tapes of single orders are seen through the same glasses: the level before and after each packet.
"""

import math

import numpy as np

from hft_gym.book.index import ends_packet
from hft_gym.book.ladder import place_of
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import MarketModels, share_behind
from hft_gym.market.priority import first_at, line_of
from hft_gym.market.sight import lots_before


@kernel
def stand_behind(order: np.void, lots: int) -> None:
    """A new order comes behind all lots of its level."""
    order["front_lots"] = lots
    order["level_lots"] = lots
    order["traded_lots"] = 0
    order["is_moved"] = 0


@kernel
def lots_past_front(order: np.void, lots: int) -> int:
    """How many of a print's lots are left for us, to the nearest whole lot."""
    return max(0, math.floor(lots - order["front_lots"] + 0.5))


@kernel
def _round_up(order: np.void) -> None:
    order["ahead_lots"] = max(0, math.ceil(order["front_lots"] - 1e-9))


@kernel
def note_print(order: np.void, lots: int, remaining: int, ours: int) -> None:
    """A print of `lots` at our price, `remaining` of them after our orders that come first."""
    order["traded_lots"] += lots
    order["front_lots"] = order["front_lots"] - remaining if ours == 0 else 0.0
    _round_up(order)


@kernel
def level_moved(models: MarketModels, order: np.void, new_lots: int) -> None:
    """The level shows `new_lots` where it showed `order["level_lots"]`."""
    front, prev = order["front_lots"], int(order["level_lots"])
    change = prev - new_lots - int(order["traded_lots"])
    if change >= 0:
        back = prev - front
        behind = 1.0
        if prev > 0:
            behind = share_behind(models.queue, max(front, 0.0), max(back, 0.0))
        front = front - (1.0 - behind) * change + min(back - behind * change, 0.0)
    order["front_lots"] = min(front, float(new_lots))
    order["level_lots"] = new_lots
    order["traded_lots"] = 0
    _round_up(order)


@kernel
def _first_of_packet(tape: np.void, row: int) -> int:
    while row > 0 and not ends_packet(tape["index"], row - 1):
        row -= 1
    return row


@kernel
def open_level(
    tape: np.void, book: np.void, trader: np.void, side: int, px_ticks: int, row: int
) -> None:
    """A row of a packet bears on one of our prices: remember what the level was before it.

    Rows that only add to a level do not concern us and pass unseen: where it has grown since we
    last looked, the prints before that belong to an older change.
    """
    line = line_of(side)
    for k in range(first_at(trader, side, px_ticks), int(trader["live_count"][line])):
        order = trader["orders"][int(trader["live_slots"][line, k])]
        if order["px_ticks"] != px_ticks:
            break
        if order["is_moved"]:
            continue
        first = max(_first_of_packet(tape, row), int(order["arrival_row"]))
        place = place_of(book["base_ticks"], side, px_ticks)
        lots = lots_before(tape, book, first, place)
        if lots > order["level_lots"]:
            order["traded_lots"] = 0
        order["level_lots"] = lots
        order["is_moved"] = 1
    trader["packet_open"] = 1


@kernel
def close_levels(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, row: int
) -> None:
    """The packet is over with `row`: let the levels that it changed move us."""
    for line in range(2):
        for k in range(trader["live_count"][line]):
            order = trader["orders"][int(trader["live_slots"][line, k])]
            if not order["is_moved"]:
                continue
            order["is_moved"] = 0
            place = place_of(book["base_ticks"], 1 - 2 * line, int(order["px_ticks"]))
            lots = lots_before(tape, book, row + 1, place)
            if lots != order["level_lots"]:
                level_moved(models, order, lots)
