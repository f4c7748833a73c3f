"""What a strategy may read: the market as known at local time, our orders and account as known.

Nothing here reaches beyond the rows that the feed has brought or the answers that have come back.
"""

from typing import Any, NamedTuple

import numpy as np

from hft_gym.backtest.feed import known_packet, packets_of
from hft_gym.backtest.known_book import known_lots
from hft_gym.book.ladder import NO_PRICE
from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.market.columns import kind_of, lots_of, px_of, side_of
from hft_gym.market.records import Intent

NOT_KNOWN = -1
NONE = int(Intent.NONE)


class Context(NamedTuple):
    """What a strategy is given, for the functions of this module and of `ordering`.

    Attributes:
        models: of the exchange.
        desk: a record of `records.desk_dtype`; the engine's.
        state: the strategy's own record.
    """

    models: Any
    desk: np.void
    state: np.void


@kernel
def now_ns(context: Context) -> int:
    """Our own clock, in ns."""
    return context.desk["clock"]["now_ns"]


@inlined_kernel
def best_bid(context: Context) -> int:
    """Highest known bid in ticks; `book.ladder.NO_PRICE` where there is none."""
    return int(known_packet(context.desk)["bid_ticks"])


@inlined_kernel
def best_ask(context: Context) -> int:
    """Lowest known ask in ticks; `book.ladder.NO_PRICE` where there is none."""
    return int(known_packet(context.desk)["ask_ticks"])


@inlined_kernel
def lots_at_price(context: Context, side: int, px_ticks: int) -> int:
    """Known lots of others at a price, +1 bids, -1 asks; 0 outside the band of the backtest."""
    return known_lots(context.desk, side, px_ticks)


@kernel
def next_price(context: Context, side: int, px_ticks: int) -> int:
    """The next known price with lots of a side, beyond `px_ticks` as seen from the touch.

    `book.ladder.NO_PRICE` where there is none. Start from `best_bid` or `best_ask` for the second.
    """
    seen = context.desk["seen"]
    px = px_ticks - side
    while 0 <= px - seen["base_ticks"] < seen["places"] // 2:
        if lots_at_price(context, side, px) > 0:
            return px
        px -= side
    return NO_PRICE


@inlined_kernel
def is_tradable(context: Context) -> bool:
    """Whether the known book has two sides that are not crossed, and the venue trades."""
    return known_packet(context.desk)["is_tradable"] != 0


@kernel
def packet_rows(context: Context) -> tuple[int, int]:
    """First row of the packet in hand and the row after its last, inside `on_event`."""
    packets, number = packets_of(context.desk), context.desk["clock"]["packet_index"]
    first = int(packets[number - 1]["end_row"]) if number > 0 else 0
    return first, int(packets[number]["end_row"])


@kernel
def row_of_market(context: Context, row: int) -> tuple[int, int, int, int]:
    """Kind (`tape.rows.Kind`), side, price in ticks and lots of a row; kind -1: not known yet."""
    tape = context.desk["columns"]
    if row < 0 or row >= known_packet(context.desk)["end_row"]:
        return NOT_KNOWN, 0, 0, 0
    return (
        int(kind_of(tape)[row]),
        int(side_of(tape)[row]),
        int(px_of(tape)[row]),
        int(lots_of(tape)[row]),
    )


@kernel
def position_lots(context: Context) -> int:
    """Our position, as far as we know of our fills."""
    return context.desk["trader"]["known_position_lots"]


@kernel
def cash_ticks(context: Context) -> int:
    """What we have received less what we have paid, before fees, in tick-lots, as far as known."""
    return context.desk["trader"]["known_cash_ticks"]


@kernel
def order_of(context: Context, slot: int) -> np.void:
    """What we know of the order in a slot: a record of `market.records.INTENT_DTYPE`."""
    return context.desk["trader"]["intents"][slot]


@kernel
def is_live(context: Context, slot: int) -> bool:
    """Whether a slot holds an order that has not ended, as far as we know."""
    return context.desk["trader"]["intents"][slot]["state"] != NONE
