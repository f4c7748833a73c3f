"""The venue's feed: what happened in the book, as packets of MBO records."""

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.kernel.random import normal, uniform
from hft_gym.tape.generated import book
from hft_gym.tape.generated.market import LADDER_TICKS
from hft_gym.tape.generated.world import MAX_FILLS
from hft_gym.tape.records import (
    ADD,
    ASK,
    BID,
    CANCEL,
    CLEAR,
    F_BAD_TS_RECV,
    F_LAST,
    F_SNAPSHOT,
    FILL,
    MBO_DTYPE,
    MODIFY,
    NONE,
    RTYPE_MBO,
    TRADE,
    UNDEF_PRICE,
    WORD,
)

MBO_LENGTH_WORDS, PUBLISHER_ID = MBO_DTYPE.itemsize // WORD, 1

# Feed delay: what cannot be beaten, and a lognormal rest: 85/119/1000 us at p1/p50/p99.
LEAST_DELAY_NS = 83_500.0
MEDIAN_EXTRA_NS = 35_500.0
EXTRA_SPREAD = 1.39  # standard deviation of its logarithm
MOST_DELAY_NS = 20_000_000.0
MIN_GAP_NS = 400  # the engine matches one order after the other


@kernel
def open_packet(world: np.void) -> None:
    """One action of the matching engine: its two times and its sequence number."""
    state = world["state"]
    now_ns = state["start_ns"] + int(state["now_s"] * 1e9)
    state["ts_exchange_ns"] = max(now_ns, state["ts_exchange_ns"] + MIN_GAP_NS)
    extra_ns = MEDIAN_EXTRA_NS * np.exp(EXTRA_SPREAD * normal(state))
    delay_ns = int(min(LEAST_DELAY_NS + extra_ns, MOST_DELAY_NS))
    state["ts_local_ns"] = max(state["ts_local_ns"], state["ts_exchange_ns"] + delay_ns)
    state["ts_in_delta_ns"] = 13_000 + int(uniform(state) * 4_000)
    # the channel carries other instruments too
    state["sequence"] += 1 + int(uniform(state) * 1.5)


@kernel
def write(world: np.void, action: int, side: int, px_ticks: int, lots: int, order_id: int) -> None:
    """One record of the open packet; `side` +1 bid, -1 ask."""
    state = world["state"]
    record = world["out"][state["out_records"]]
    state["out_records"] += 1
    record["length"] = MBO_LENGTH_WORDS
    record["rtype"] = RTYPE_MBO
    record["publisher_id"] = PUBLISHER_ID
    record["instrument_id"] = state["instrument_id"]
    record["ts_event"] = state["ts_exchange_ns"]
    record["order_id"] = order_id
    record["price"] = px_ticks * state["tick_size_e9"]
    record["size"] = lots
    record["flags"] = 0
    record["channel_id"] = 0
    record["action"] = action
    record["side"] = BID if side > 0 else ASK
    record["ts_recv"] = state["ts_local_ns"]
    record["ts_in_delta"] = state["ts_in_delta_ns"]
    record["sequence"] = state["sequence"]


@kernel
def close_packet(world: np.void) -> None:
    """The book is consistent again."""
    state = world["state"]
    world["out"][state["out_records"] - 1]["flags"] |= F_LAST


@kernel
def limit(world: np.void, side: int, level: int, lots: int) -> None:
    """A new order rests."""
    open_packet(world)
    slot = book.rest(world, side, level, lots)
    if slot >= 0:
        px_ticks = world["state"]["base_px_ticks"] + level
        write(world, ADD, side, px_ticks, lots, world["orders"][slot]["order_id"])
        close_packet(world)


@kernel
def cancel(world: np.void, slot: int, lots: int) -> None:
    """So many lots of an order leave; the rest keeps its place."""
    order = world["orders"][slot]
    open_packet(world)
    px_ticks = world["state"]["base_px_ticks"] + order["level"]
    write(world, CANCEL, order["side"], px_ticks, lots, order["order_id"])
    close_packet(world)
    if lots < order["lots"]:
        book.shrink(world, slot, lots)
    else:
        book.remove(world, slot)


@kernel
def modify(world: np.void, slot: int, level: int, lots: int) -> None:
    """A new price or size. A decrease alone keeps its place in the queue."""
    order = world["orders"][slot]
    open_packet(world)
    px_ticks = world["state"]["base_px_ticks"] + level
    write(world, MODIFY, order["side"], px_ticks, lots, order["order_id"])
    close_packet(world)
    if level == order["level"] and lots <= order["lots"]:
        book.shrink(world, slot, order["lots"] - lots)
    else:
        book.move(world, slot, level, lots)


@kernel
def take(world: np.void, side: int, lots: int, limit_level: int, rests: bool) -> None:
    """An aggressor trades up to its limit; what is left rests there, or is cancelled.

    The records stand as the venue shows them: for each price a TRADE and its FILLs, and after
    all of them a CANCEL or MODIFY for each resting order; a rest is an ADD.
    """
    state = world["state"]
    open_packet(world)
    first_record = state["out_records"]
    filled = 0
    while lots > 0 and filled < MAX_FILLS:
        level = book.touch_level(world, -side)
        if level * side > limit_level * side or not 0 <= level < LADDER_TICKS:
            break
        trade = world["out"][state["out_records"]]
        write(world, TRADE, side, state["base_px_ticks"] + level, 0, 0)
        while lots > 0 and world["levels"][level]["orders"] > 0 and filled < MAX_FILLS:
            traded_lots = book.fill_front(world, level, lots, filled)
            fill = world["fills"][filled]
            write(world, FILL, -side, fill["px_ticks"], traded_lots, fill["order_id"])
            trade["size"] += traded_lots
            lots -= traded_lots
            filled += 1
    for fill in world["fills"][:filled]:
        gone = fill["leaves_lots"] == 0
        left_lots = fill["filled_lots"] if gone else fill["leaves_lots"]
        action = CANCEL if gone else MODIFY
        write(world, action, -side, fill["px_ticks"], left_lots, fill["order_id"])
    if rests and lots > 0:
        slot = book.rest(world, side, limit_level, lots)
        if slot >= 0:
            px_ticks = state["base_px_ticks"] + limit_level
            write(world, ADD, side, px_ticks, lots, world["orders"][slot]["order_id"])
    if state["out_records"] > first_record:
        close_packet(world)


@kernel
def snapshot(world: np.void) -> None:
    """The book as it stands, as the feed opens a day: a CLEAR, then orders by price and place."""
    state = world["state"]
    opened_ns = state["start_ns"]
    write(world, CLEAR, 1, 0, 0, 0)
    record = world["out"][state["out_records"] - 1]
    record["price"] = UNDEF_PRICE
    record["side"] = NONE
    record["ts_event"] = min(state["ts_exchange_ns"], opened_ns)
    record["sequence"] = 0
    for side in (1, -1):
        level = book.touch_level(world, side)
        while 0 <= level < LADDER_TICKS:
            slot = world["levels"][level]["front_slot"]
            while slot >= 0:
                order = world["orders"][slot]
                px_ticks = state["base_px_ticks"] + level
                write(world, ADD, side, px_ticks, order["lots"], order["order_id"])
                record = world["out"][state["out_records"] - 1]
                record["ts_event"] = min(order["ts_exchange_ns"], opened_ns)
                record["sequence"] = order["sequence"]
                slot = order["behind_slot"]
            level = book.next_level(world, level, -side)
    for record in world["out"][: state["out_records"]]:
        record["flags"] = F_SNAPSHOT | F_BAD_TS_RECV
        record["ts_recv"] = opened_ns
        record["ts_in_delta"] = 0
    close_packet(world)
    state["ts_local_ns"] = max(state["ts_local_ns"], opened_ns)
