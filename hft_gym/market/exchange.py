"""The hot loop: rows of the tape and messages of ours, in the order the exchange meets them."""

from typing import Any

import numpy as np

from hft_gym.book.index import (
    BLOCK_ROWS,
    EMPTIES,
    KEYS_AT,
    LOTS_AT,
    MEETS_ASK,
    MEETS_BID,
    NO_ASK,
    NO_BID,
    PLACE_MASK,
    QUIET,
    block_address,
    ends_packet,
    level_met,
    moved_lots_at,
    next_uncrossing,
    queue_key_at,
    reach_at,
)
from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.kernel.lanes import (
    bits_from,
    first_bits,
    lanes_beyond,
    lanes_within,
    losses_of_older,
    lowest_bit,
    without_lowest,
)
from hft_gym.market.columns import consumed_of, kind_of, ts_exchange_of
from hft_gym.market.ending import expire
from hft_gym.market.interfaces import (
    MarketModels,
    follows_levels,
    leaves_by_arrival,
    lots_ahead_gone,
    needs_level_lots,
)
from hft_gym.market.levels import open_level
from hft_gym.market.matching import end_packet, on_clear, on_crossing_add, on_reduce, on_trade
from hft_gym.market.orders import arrive, uncross
from hft_gym.market.priority import FAR
from hft_gym.market.self_match import was_passed_over
from hft_gym.market.sight import lots_after
from hft_gym.market.ways import answer_known_ns
from hft_gym.tape.rows import Kind

TRADE = int(Kind.TRADE)
EVERY = np.uint64(2**BLOCK_ROWS - 1)


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
    lots = -moved_lots_at(tape["index"], row)
    if lots <= 0:  # a level that grew
        return
    place = reach_at(tape["index"], row)
    side, px = -1 if place & 1 else 1, int(book["base_ticks"] + (place >> 1))
    if follows_levels(models.queue):
        open_level(tape, book, trader, side, px, row)
        return
    level_lots = -1
    if needs_level_lots(models.queue):
        level_lots = lots_after(tape, book, row)
    key = queue_key_at(tape["index"], row)
    if trader["has_several"] or trader["packet_open"]:
        over = leaves_by_arrival(models.queue) and was_passed_over(tape, row)
        on_reduce(models, trader, side, px, lots, key, level_lots, over)
        return
    order = trader["orders"][trader["bid_slot"] if side > 0 else trader["ask_slot"]]
    gone = lots_ahead_gone(models.queue, order, key, lots, level_lots)
    order["ahead_lots"] = max(0, order["ahead_lots"] - gone)


@kernel
def _is_print(tape: np.void, book: np.void, row: int, reach: int) -> bool:
    """Whether a row that may trade with us is an aggressor's print, not a newcomer.

    Newcomers inside the band are told by their lots, without a look at another column.
    """
    if moved_lots_at(tape["index"], row) != 0:
        return False
    if 0 <= 2 * level_met(reach) < book["places"]:
        return True
    return kind_of(tape)[row] == TRADE


@kernel
def _row_of_ours(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, row: int
) -> None:
    """One row that concerns our orders."""
    reach = reach_at(tape["index"], row)
    if 0 <= reach < QUIET:
        _come_forward(models, tape, book, trader, row)
    elif reach == EMPTIES:
        on_clear(models, tape, book, trader, ts_exchange_of(tape)[row])
    elif _is_print(tape, book, row, reach):
        on_trade(models, tape, book, trader, row)
    else:
        on_crossing_add(models, tape, book, trader, row)


@kernel
def meeting(book: np.void, trader: np.void) -> tuple[int, int]:
    """Bounds for `lanes_beyond`: the rows that may do more than bring our orders forward."""
    below, above = NO_BID, NO_ASK
    if trader["bid_high_ticks"] > -FAR:
        below = MEETS_BID + 2 * (trader["bid_high_ticks"] - book["base_ticks"]) + 1
    if trader["ask_low_ticks"] < FAR:
        above = MEETS_ASK + 2 * (trader["ask_low_ticks"] - book["base_ticks"])
    return below, above


@kernel
def _queued(book: np.void, trader: np.void) -> tuple[int, int, int, int]:
    """Places from the lowest to the highest bid and ask of ours; none: a span of none."""
    base = book["base_ticks"]
    bid_low, bid_high, ask_low, ask_high = 0, -1, 0, -1
    if trader["bid_high_ticks"] > -FAR:
        bid_low = 2 * (trader["bid_low_ticks"] - base)
        bid_high = 2 * (trader["bid_high_ticks"] - base)
    if trader["ask_low_ticks"] < FAR:
        ask_low = 2 * (trader["ask_low_ticks"] - base) + 1
        ask_high = 2 * (trader["ask_high_ticks"] - base) + 1
    return bid_low, bid_high, ask_low, ask_high


@inlined_kernel
def _in_queue(book: np.void, trader: np.void, block: int) -> Any:
    """The rows of a block that change queues between our lowest and highest order of a side."""
    bid_low, bid_high, ask_low, ask_high = _queued(book, trader)
    return lanes_within(block, bid_low, bid_high) | lanes_within(block, ask_low, ask_high)


@inlined_kernel
def _older_leave(book: np.void, trader: np.void, block: int, bits: int, slot: int) -> None:
    """All those of a block that stood before an order and left bring it forward at once."""
    order = trader["orders"][slot]
    place = 2 * (order["px_ticks"] - book["base_ticks"]) + (1 if order["side"] < 0 else 0)
    keys, lots = block + KEYS_AT, block + LOTS_AT
    gone = losses_of_older(bits, block, keys, lots, place, order["arrival_row"])
    order["ahead_lots"] = max(0, order["ahead_lots"] - gone)


@inlined_kernel
def _follow_queues(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, row: int, bits: int
) -> None:
    """Let the rows `bits` of the block of `row` bring our orders forward."""
    block = block_address(tape["index"], row)
    if leaves_by_arrival(models.queue) and not trader["has_several"]:
        if trader["bid_high_ticks"] > -FAR:
            _older_leave(book, trader, block, bits, trader["bid_slot"])
        if trader["ask_low_ticks"] < FAR:
            _older_leave(book, trader, block, bits, trader["ask_slot"])
        return
    found = _in_queue(book, trader, block) & bits
    while found:
        _come_forward(models, tape, book, trader, row - row % BLOCK_ROWS + lowest_bit(found))
        found = without_lowest(found)


@inlined_kernel
def _quiet_until(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, row: int, stop: int
) -> int:
    """Follow the queues we stand in up to the first row that does more, and return that row."""
    below, above = meeting(book, trader)
    while row < stop:
        first = row - row % BLOCK_ROWS
        block = block_address(tape["index"], row)
        bits = bits_from(first_bits(EVERY, min(stop - first, BLOCK_ROWS)), row - first)
        meets = lanes_beyond(block, below, above) & bits
        if follows_levels(models.queue):
            meets |= _in_queue(book, trader, block) & bits
        if meets:
            bits = first_bits(bits, lowest_bit(meets))
        _follow_queues(models, tape, book, trader, row, bits)
        if meets:
            return first + lowest_bit(meets)
        row = first + BLOCK_ROWS
    return stop


@kernel
def _row_by_row(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, row: int, stop: int
) -> int:
    """While a packet owes us credit or we have taken lots of the tape, every row counts."""
    while row < stop and (trader["packet_open"] or trader["consumed_lots"] > 0):
        below, above = meeting(book, trader)
        bid_low, bid_high, ask_low, ask_high = _queued(book, trader)
        here = reach_at(tape["index"], row)
        in_queue = bid_low <= here <= bid_high or ask_low <= here <= ask_high
        if here <= below or here >= above or in_queue:
            _row_of_ours(models, tape, book, trader, row)
        lots = -moved_lots_at(tape["index"], row)
        if lots > 0 and trader["consumed_lots"] > 0:
            _release_consumed(book, trader, here & PLACE_MASK, lots)
        if trader["packet_open"] and ends_packet(tape["index"], row):
            end_packet(models, tape, book, trader, row)
        row += 1
    return row


@inlined_kernel
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
            if trader["packet_open"] and ends_packet(tape["index"], row):
                end_packet(models, tape, book, trader, row)
            row += 1
    trader["row"] = stop


@kernel
def _replay_apart(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, stop: int
) -> None:
    """`_replay` for those who seldom call it: written out in all of them it compiles for long."""
    _replay(models, tape, book, trader, stop)


@kernel
def _uncross_until(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, stop: int
) -> None:
    """Let trading go on wherever the book uncrosses at `stop` or before."""
    while trader["uncross_row"] <= stop:
        row = int(trader["uncross_row"])
        if row > trader["row"]:
            _replay_apart(models, tape, book, trader, row)
            uncross(models, tape, book, trader, int(ts_exchange_of(tape)[row - 1]))
        trader["uncross_row"] = next_uncrossing(tape["index"], row)


@inlined_kernel
def replay(models: MarketModels, tape: np.void, book: np.void, trader: np.void, stop: int) -> None:
    """Let every row before `stop` happen; where the book uncrosses, our orders may take."""
    if trader["uncross_row"] <= stop:
        _uncross_until(models, tape, book, trader, stop)
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
    """Orders for the day, of which there are some, end with the session: after its last row.

    Nothing happens before that time, nor before all rows of the session are known to us.
    """
    row = tape["session_end_row"]
    if ts_ns < tape["session_end_ns"] or stop < row:
        return
    if trader["row"] < row:
        _uncross_until(models, tape, book, trader, row)
        _replay_apart(models, tape, book, trader, row)
        book["high_place"] = 0
    expire(models, tape, trader, int(tape["session_end_ns"]))


@kernel
def _carried_out(trader: np.void) -> None:
    """The head message is done with."""
    trader["message_head"] = (trader["message_head"] + 1) % len(trader["messages"])
    trader["message_count"] -= 1


@kernel
def advance(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, stop: int, now_ns: int
) -> None:
    """Replay the rows before `stop`, those known to us at `now_ns`, and let our messages arrive.

    A message comes after every row that bears its very nanosecond or an earlier one: the market was
    there first. One that is later than all known rows waits, unless its answer is due.
    """
    book["high_place"] = 0  # the ladder shows the book of another trader
    while True:
        message = trader["messages"][trader["message_head"]]
        is_over = trader["message_count"] == 0
        ts_ns = now_ns if is_over else message["arrival_ns"]
        if trader["day_count"] > 0:
            _end_session(models, tape, book, trader, stop, ts_ns)
        row = stop if is_over else _first_row_after(tape, trader["row"], stop, ts_ns)
        if is_over or row > trader["row"]:  # the next uncrossing is looked up on the way
            replay(models, tape, book, trader, row)
            book["high_place"] = 0  # the ladder shows another row
        if is_over:
            trader["message_head"] = 0  # an empty ring starts over: its first places stay near
            return
        if row == stop and not _is_due(models, tape, trader, now_ns):
            if trader["day_count"] > 0:
                _end_session(models, tape, book, trader, stop, now_ns)
            return
        arrive(models, tape, book, trader, message)
        _carried_out(trader)


@kernel
def live_until(
    models: MarketModels, tape: np.void, book: np.void, trader: np.void, ts_exchange_ns: int
) -> None:
    """Let all happen that happens at the exchange by a time, whatever we know of it.

    `advance` goes by the rows that we know; this is for event-driven runs, which go by the clock.
    """
    book["high_place"] = 0
    rows = tape["rows"]
    while True:
        message = trader["messages"][trader["message_head"]]
        is_over = trader["message_count"] == 0 or message["arrival_ns"] > ts_exchange_ns
        ts_ns = ts_exchange_ns if is_over else message["arrival_ns"]
        if trader["day_count"] > 0:
            _end_session(models, tape, book, trader, rows, ts_ns)
        row = _first_row_after(tape, trader["row"], rows, ts_ns)
        if is_over or row > trader["row"]:  # the next uncrossing is looked up on the way
            replay(models, tape, book, trader, row)
            book["high_place"] = 0
        if is_over:
            if trader["message_count"] == 0:
                trader["message_head"] = 0
            return
        arrive(models, tape, book, trader, message)
        _carried_out(trader)
