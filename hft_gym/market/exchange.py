"""The hot loop: rows of the tape and messages of ours, in the order the exchange meets them."""

import numpy as np

from hft_gym.book.index import (
    EMPTIES,
    MEETS_ASK,
    MEETS_BID,
    NO_ASK,
    NO_BID,
    PLACE_MASK,
    QUIET,
    moves_of,
    next_uncrossing,
    reach_of,
)
from hft_gym.kernel.jit import kernel
from hft_gym.kernel.lanes import LANES, first_bits, lanes_within, lowest_bit, without_lowest
from hft_gym.market.columns import consumed_of, flags_of, kind_of, ts_exchange_of
from hft_gym.market.ending import expire
from hft_gym.market.interfaces import (
    MarketModels,
    follows_levels,
    lots_ahead_gone,
    needs_level_lots,
)
from hft_gym.market.levels import open_level
from hft_gym.market.matching import end_packet, on_clear, on_crossing_add, on_reduce, on_trade
from hft_gym.market.orders import arrive, uncross
from hft_gym.market.priority import FAR
from hft_gym.market.sight import lots_after
from hft_gym.market.ways import answer_known_ns
from hft_gym.tape.rows import Flag, Kind

TRADE = int(Kind.TRADE)
LAST = int(Flag.LAST)


@kernel
def _release_consumed(book: np.void, trader: np.void, place: int, lots: int) -> None:
    # the lots that leave first are the front of the queue: the very ones we took
    consumed = consumed_of(book)
    if 0 <= place < consumed.size and consumed[place] > 0:
        released = min(lots, consumed[place])
        consumed[place] -= released
        trader["consumed_lots"] -= released


@kernel
def _come_forward(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, row: int
) -> None:
    """Lots leave a place where we have an order: those that were ahead of us bring us forward."""
    move = moves_of(tape["index"])[row]
    if move["lots"] >= 0:  # a level that grew
        return
    place = reach_of(tape["index"])[row]
    side, px = -1 if place & 1 else 1, int(book["base_ticks"] + (place >> 1))
    if follows_levels(models.queue):
        open_level(tape, book, trader, side, px, row)
        return
    level_lots = -1
    if needs_level_lots(models.queue):
        level_lots = lots_after(tape, book, row)
    lots, key = -int(move["lots"]), int(move["queue_key"])
    if trader["has_several"] or trader["packet_open"]:
        on_reduce(models, trader, side, px, lots, key, level_lots)
        return
    order = trader["orders"][trader["bid_slot"] if side > 0 else trader["ask_slot"]]
    gone = lots_ahead_gone(models.queue, order, key, lots, level_lots)
    order["ahead_lots"] = max(0, order["ahead_lots"] - gone)


@kernel
def _row_of_ours(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, row: int
) -> None:
    """One row that concerns our orders."""
    reach = reach_of(tape["index"])[row]
    if 0 <= reach < QUIET:
        _come_forward(models, tape, book, trader, row)
    elif reach == EMPTIES:
        on_clear(models, tape, book, trader, ts_exchange_of(tape)[row])
    # newcomers inside the band are told by their lots, without a look at another column
    elif moves_of(tape["index"])[row]["lots"] == 0 and kind_of(tape)[row] == TRADE:
        on_trade(models, tape, book, trader, row)
    else:
        on_crossing_add(models, tape, book, trader, row)


@kernel
def _reaches(book: np.void, trader: np.void) -> tuple[int, int, tuple[int, int], tuple[int, int]]:
    """Bounds for `lanes_within`: the rows that concern our orders, by their reach."""
    base = book["base_ticks"]
    below, above, bids, asks = NO_BID, NO_ASK, (NO_BID, NO_BID), (NO_BID, NO_BID)
    if trader["bid_high_ticks"] > -FAR:
        high = 2 * (trader["bid_high_ticks"] - base)
        below = MEETS_BID + high + 1
        bids = 2 * (trader["bid_low_ticks"] - base), high
    if trader["ask_low_ticks"] < FAR:
        low = 2 * (trader["ask_low_ticks"] - base)
        above = MEETS_ASK + low
        asks = low + 1, 2 * (trader["ask_high_ticks"] - base) + 1
    return below, above, bids, asks


@kernel
def _quiet_until(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, row: int, stop: int
) -> int:
    """Follow the queues we stand in up to the first row that does more, and return that row."""
    index = tape["index"]
    below, above, bids, asks = _reaches(book, trader)
    reach = reach_of(index)
    while row < stop:
        found = lanes_within(index["reach_address"] + 4 * row, below, above, bids, asks)
        if stop - row < LANES:
            found = first_bits(found, stop - row)
        while found:
            at = row + lowest_bit(found)
            if reach[at] < 0 or reach[at] >= QUIET or follows_levels(models.queue):
                return at
            _come_forward(models, tape, book, trader, at)
            found = without_lowest(found)
        row += LANES
    return stop


@kernel
def _row_by_row(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, row: int, stop: int
) -> int:
    """While a packet owes us credit or we have taken lots of the tape, every row counts."""
    reach, moves = reach_of(tape["index"]), moves_of(tape["index"])
    while row < stop and (trader["packet_open"] or trader["consumed_lots"] > 0):
        below, above, bids, asks = _reaches(book, trader)
        here = reach[row]
        in_queue = bids[0] <= here <= bids[1] or asks[0] <= here <= asks[1]
        if here <= below or here >= above or in_queue:
            _row_of_ours(models, tape, book, trader, row)
        if moves[row]["lots"] < 0 and trader["consumed_lots"] > 0:
            _release_consumed(book, trader, here & PLACE_MASK, -int(moves[row]["lots"]))
        if trader["packet_open"] and flags_of(tape)[row] & LAST:
            end_packet(models, tape, book, trader, row)
        row += 1
    return row


@kernel
def _replay(models: MarketModels, tape: np.void, book: np.void, trader: np.void, stop: int) -> None:
    """Let every row before `stop` change our places and, where they trade, us."""
    row = trader["row"]
    while row < stop:
        if trader["packet_open"] or trader["consumed_lots"] > 0:
            row = _row_by_row(models, tape, book, trader, row, stop)
            continue
        if trader["bid_high_ticks"] == -FAR and trader["ask_low_ticks"] == FAR:
            break  # nothing can concern us
        row = _quiet_until(models, tape, book, trader, row, stop)
        if row < stop:
            _row_of_ours(models, tape, book, trader, row)
            if trader["packet_open"] and flags_of(tape)[row] & LAST:
                end_packet(models, tape, book, trader, row)
            row += 1
    trader["row"] = stop


@kernel
def replay(models: MarketModels, tape: np.void, book: np.void, trader: np.void, stop: int) -> None:
    """Let every row before `stop` happen; where the book uncrosses, our orders may take."""
    while trader["uncross_row"] <= stop:
        row = int(trader["uncross_row"])
        if row > trader["row"]:
            _replay(models, tape, book, trader, row)
            uncross(models, tape, book, trader, int(ts_exchange_of(tape)[row - 1]))
        trader["uncross_row"] = next_uncrossing(tape["index"], row)
    _replay(models, tape, book, trader, stop)


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
    message = trader["messages"][trader["message_head"]]
    if answer_known_ns(models, tape, trader, message) > now_ns:
        return False
    row = trader["row"]
    return row >= tape["rows"] or ts_exchange_of(tape)[row] > message["arrival_ns"]


@kernel
def _end_session(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, stop: int, ts_ns: int
) -> None:
    """Orders for the day end with the session: after its last row, before what comes later.

    Nothing happens before that time, nor before all rows of the session are known to us.
    """
    row = tape["session_end_row"]
    if trader["day_count"] == 0 or ts_ns < tape["session_end_ns"] or stop < row:
        return
    if trader["row"] < row:
        replay(models, tape, book, trader, row)
        book["high_place"] = 0
    expire(models, tape, trader, int(tape["session_end_ns"]))


@kernel
def advance(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, stop: int, now_ns: int
) -> None:
    """Replay the rows before `stop`, those known to us at `now_ns`, and let our messages arrive.

    A message comes after every row that bears its very nanosecond or an earlier one: the market was
    there first. One that is later than all known rows waits, unless its answer is due.
    """
    book["high_place"] = 0  # the ladder shows the book of another trader
    while trader["message_count"] > 0:
        message = trader["messages"][trader["message_head"]]
        _end_session(models, tape, book, trader, stop, message["arrival_ns"])
        row = _first_row_after(tape, trader["row"], stop, message["arrival_ns"])
        if row > trader["row"]:
            replay(models, tape, book, trader, row)
            book["high_place"] = 0  # the ladder shows another row
        if row == stop and not _is_due(models, tape, trader, now_ns):
            _end_session(models, tape, book, trader, stop, now_ns)
            return
        arrive(models, tape, book, trader, message)
        trader["message_head"] = (trader["message_head"] + 1) % len(trader["messages"])
        trader["message_count"] -= 1
    trader["message_head"] = 0  # an empty ring starts over: its first places stay near
    _end_session(models, tape, book, trader, stop, now_ns)
    replay(models, tape, book, trader, stop)


@kernel
def live_until(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, ts_exchange_ns: int
) -> None:
    """Let all happen that happens at the exchange by a time, whatever we know of it.

    `advance` goes by the rows that we know; this is for event-driven runs, which go by the clock.
    """
    book["high_place"] = 0
    rows = tape["rows"]
    while trader["message_count"] > 0:
        message = trader["messages"][trader["message_head"]]
        if message["arrival_ns"] > ts_exchange_ns:
            break
        _end_session(models, tape, book, trader, rows, message["arrival_ns"])
        row = _first_row_after(tape, trader["row"], rows, message["arrival_ns"])
        if row > trader["row"]:
            replay(models, tape, book, trader, row)
            book["high_place"] = 0
        arrive(models, tape, book, trader, message)
        trader["message_head"] = (trader["message_head"] + 1) % len(trader["messages"])
        trader["message_count"] -= 1
    if trader["message_count"] == 0:
        trader["message_head"] = 0
    _end_session(models, tape, book, trader, rows, ts_exchange_ns)
    row = _first_row_after(tape, trader["row"], rows, ts_exchange_ns)
    replay(models, tape, book, trader, row)
