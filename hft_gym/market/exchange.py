"""The hot loop: rows of the tape and messages of ours, in the order the exchange meets them."""

import numpy as np

from hft_gym.book.ladder import apply_row, lots_at, place_of
from hft_gym.kernel.jit import kernel
from hft_gym.market.columns import (
    consumed_of,
    flags_of,
    kind_of,
    ladder_of,
    lots_of,
    px_of,
    queue_key_of,
    side_of,
    ts_exchange_of,
)
from hft_gym.market.interfaces import (
    MarketModels,
    entry_delay_ns,
    lots_ahead_gone,
    response_delay_ns,
)
from hft_gym.market.matching import end_packet, on_clear, on_crossing_add, on_reduce, on_trade
from hft_gym.market.orders import arrive
from hft_gym.market.records import MESSAGES
from hft_gym.tape.rows import Flag, Kind

ADD, REDUCE = int(Kind.ADD), int(Kind.REDUCE)
TRADE, FILL = int(Kind.TRADE), int(Kind.FILL)
CLEAR = int(Kind.CLEAR)
LAST, CROSSED = int(Flag.LAST), int(Flag.CROSSED) | int(Flag.HALTED)
ONE = np.uint64(1)
NOT_TRADABLE = CROSSED | int(Flag.SNAPSHOT)


@kernel
def send(models: MarketModels, trader: np.void, now_ns: int) -> int:
    """Reserve a place for a message sent now; -1 where too many are under way.

    The caller fills in the rest of `trader["messages"][place]`. Messages of one session do not
    overtake each other.
    """
    if trader["message_count"] + trader["response_count"] >= MESSAGES:
        trader["rejected"] += 1
        return -1
    arrival_ns = now_ns + entry_delay_ns(models.latency, now_ns, trader)
    arrival_ns = max(arrival_ns, trader["last_arrival_ns"])
    trader["last_arrival_ns"] = arrival_ns
    place = (trader["message_head"] + trader["message_count"]) % MESSAGES
    trader["message_count"] += 1
    trader["messages_sent"] += 1
    trader["messages"][place]["arrival_ns"] = arrival_ns
    return place


@kernel
def _release_consumed(book: np.void, trader: np.void, place: int, lots: int) -> None:
    # the lots that leave first are the front of the queue: the very ones we took
    consumed = consumed_of(book)
    if 0 <= place < consumed.size and consumed[place] > 0:
        released = min(lots, consumed[place])
        consumed[place] -= released
        trader["consumed_lots"] -= released


@kernel
def _quiet_until(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, row: int, stop: int
) -> int:
    """Change the ladder and our places up to the first row that needs more, and return that row.

    For a trader with at most one order a side. Kinds and sides come in no order that a processor
    could guess: the inner loop computes everything and branches once, on what is rare. A price is
    known by its place in the ladder, which tells its side too. Unsigned places are not tested for
    counting from the end.
    """
    kinds, sides, prices, sizes = kind_of(tape), side_of(tape), px_of(tape), lots_of(tape)
    ladder, consumed, base = ladder_of(book), consumed_of(book), book["base_ticks"]
    our_bid = 2 * (trader["bid_high_ticks"] - base)
    our_ask = 2 * (trader["ask_low_ticks"] - base) + 1
    any_consumed = trader["consumed_lots"] > 0
    places, end, i = np.uint64(ladder.size), np.uint64(stop), np.uint64(row)
    while True:
        place, meets_ours = 0, False
        while i < end:
            kind = kinds[i]
            place = 2 * (prices[i] - base) + (sides[i] < 0)
            is_ask = (place & 1) == 1
            comes = (kind != REDUCE) & (kind != FILL)
            meets_ours = comes & (
                (is_ask & (place < our_bid + 2)) | (~is_ask & (place > our_ask - 2))
            )
            leaves_ours = (kind == REDUCE) & ((place == our_bid) | (place == our_ask))
            if meets_ours | leaves_ours | (kind >= CLEAR):
                break
            at = np.uint64(place)
            if at < places:
                if any_consumed and consumed[at] > 0:
                    return int(np.int64(i))
                ladder[at] += sizes[i] * (int(kind == ADD) - int(kind == REDUCE))
            i += ONE
        at = np.uint64(place)
        if i >= end or meets_ours or kinds[i] >= CLEAR:
            return int(np.int64(i))
        if any_consumed and consumed[at] > 0:
            return int(np.int64(i))
        key, lots = queue_key_of(tape)[i], sizes[i]
        ladder[at] -= lots
        order = trader["orders"][trader["bid_slot"] if place == our_bid else trader["ask_slot"]]
        gone = lots_ahead_gone(models.queue, order, key, lots, ladder[at])
        order["ahead_lots"] = max(0, order["ahead_lots"] - gone)
        i += ONE


@kernel
def _row_of_ours(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, row: int
) -> None:
    """One row that may concern us: the ladder first, then our orders."""
    kind, side = int(kind_of(tape)[row]), int(side_of(tape)[row])
    px, lots = int(px_of(tape)[row]), int(lots_of(tape)[row])
    base, ladder = book["base_ticks"], ladder_of(book)
    apply_row(ladder, base, kind, side, px, lots)
    if kind == REDUCE:
        key, level_lots = queue_key_of(tape)[row], lots_at(ladder, base, side, px)
        on_reduce(models, trader, side, px, lots, key, level_lots)
        if trader["consumed_lots"] > 0:
            _release_consumed(book, trader, place_of(base, side, px), lots)
        return
    ts_exchange_ns = ts_exchange_of(tape)[row]
    if kind == CLEAR:
        on_clear(models, book, trader, ts_exchange_ns)
    elif not flags_of(tape)[row] & NOT_TRADABLE:
        if kind == ADD:
            on_crossing_add(models, book, trader, side, px, lots, ts_exchange_ns)
        elif kind == TRADE:
            on_trade(models, trader, side, px, lots, ts_exchange_ns)


@kernel
def replay(models: MarketModels, tape: np.void, book: np.void, trader: np.void, stop: int) -> None:
    """Let every row before `stop` change the book, our places and, where they trade, us."""
    row = trader["row"]
    while row < stop:
        if not trader["packet_open"] and not trader["has_several"]:
            row = _quiet_until(models, tape, book, trader, row, stop)
            if row == stop:
                break
        _row_of_ours(models, tape, book, trader, row)
        if trader["packet_open"] and flags_of(tape)[row] & LAST:
            end_packet(trader)
        row += 1
    trader["row"] = stop


@kernel
def _first_row_after(tape: np.void, start: int, stop: int, ts_exchange_ns: int) -> int:
    """First row in [start, stop) later than a time on the exchange's clock; `stop`: none."""
    ts = ts_exchange_of(tape)
    reach = 1
    low = start
    while low + reach < stop and ts[low + reach - 1] <= ts_exchange_ns:  # most arrive soon
        low += reach
        reach *= 2
    high = min(low + reach, stop)
    while low < high:
        middle = (low + high) // 2
        if ts[middle] > ts_exchange_ns:
            high = middle
        else:
            low = middle + 1
    return low


@kernel
def _is_due(models: MarketModels, tape: np.void, trader: np.void, now_ns: int) -> bool:
    """Whether the head message, later than every row we know, must be carried out by now.

    Its answer would have come back, and the next row, unknown to us, came after it.
    """
    arrival_ns = trader["messages"][trader["message_head"]]["arrival_ns"]
    if arrival_ns + response_delay_ns(models.latency, arrival_ns, trader) > now_ns:
        return False
    row = trader["row"]
    return row >= tape["rows"] or ts_exchange_of(tape)[row] > arrival_ns


@kernel
def advance(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, stop: int, now_ns: int
) -> None:
    """Replay the rows before `stop`, those known to us at `now_ns`, and let our messages arrive.

    A message comes after every row that bears its very nanosecond or an earlier one: the market was
    there first. One that is later than all known rows waits, unless its answer is due.
    """
    while trader["message_count"] > 0:
        message = trader["messages"][trader["message_head"]]
        row = _first_row_after(tape, trader["row"], stop, message["arrival_ns"])
        replay(models, tape, book, trader, row)
        if row == stop and not _is_due(models, tape, trader, now_ns):
            return
        crossed = row > 0 and (flags_of(tape)[row - 1] & CROSSED) != 0
        arrive(models, book, trader, message, crossed)
        trader["message_head"] = (trader["message_head"] + 1) % MESSAGES
        trader["message_count"] -= 1
    trader["message_head"] = 0  # an empty ring starts over: its first places stay near
    replay(models, tape, book, trader, stop)
