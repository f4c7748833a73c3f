"""Records of trades, levels and trading states for tests, and nasty streams of them."""

import numpy as np

from hft_gym.tape.records import MBP1_DTYPE, MBP10_DTYPE, STATUS_DTYPE, TRADE_DTYPE
from tests.dbn_files import ES_ID, LAST, SNAPSHOT, START_NS, TICK_E9, UNDEF_PRICE

RTYPES = {TRADE_DTYPE: 0x00, MBP1_DTYPE: 0x01, MBP10_DTYPE: 0x0A, STATUS_DTYPE: 0x12}


def _begun(dtype, count, instrument_id):
    records = np.zeros(count, dtype)
    records["length"], records["rtype"] = dtype.itemsize // 4, RTYPES[dtype]
    records["publisher_id"], records["instrument_id"] = 1, instrument_id
    return records


def trades(*rows, dtype=TRADE_DTYPE, instrument_id=ES_ID, tick_e9=TICK_E9, start_ns=START_NS):
    """Records of rows (action, side, price in ticks, size, flags[, offset in ns])."""
    records = _begun(dtype, len(rows), instrument_id)
    for number, (record, row) in enumerate(zip(records, rows, strict=True)):
        action, side, px_ticks, size, flags, *offset = row
        record["action"], record["side"] = ord(action), ord(side)
        record["size"], record["flags"] = size, flags
        record["price"] = UNDEF_PRICE if px_ticks is None else px_ticks * tick_e9
        record["ts_event"] = start_ns + (offset[0] if offset else 1_000 * number)
        record["ts_recv"] = record["ts_event"] + 500
        record["sequence"] = number
    return records


def mbp(*rows, depth=10, **about):
    """Records of rows (action, side, price, size, flags, bids, asks[, offset in ns]).

    Bids and asks are lists of (price in ticks, lots), best first, at most `depth` of them.
    """
    tick_e9 = about.get("tick_e9", TICK_E9)
    dtype = {1: MBP1_DTYPE, 10: MBP10_DTYPE}[depth]
    records = trades(*((*row[:5], *row[7:]) for row in rows), dtype=dtype, **about)
    records["by_level"]["bid_e9"] = records["by_level"]["ask_e9"] = UNDEF_PRICE
    for record, row in zip(records, rows, strict=True):
        for name, levels in (("bid", row[5]), ("ask", row[6])):
            for level, (px_ticks, lots) in zip(record["by_level"], levels, strict=False):
                level[f"{name}_e9"], level[f"{name}_lots"] = px_ticks * tick_e9, lots
    return records


def status(*rows, instrument_id=ES_ID, start_ns=START_NS):
    """Records of rows (action number, is_trading as Y, N or ~, offset in ns)."""
    records = _begun(STATUS_DTYPE, len(rows), instrument_id)
    for record, (action, is_trading, offset_ns) in zip(records, rows, strict=True):
        record["action"], record["is_trading"] = action, ord(is_trading)
        record["ts_event"] = start_ns + offset_ns
        record["ts_recv"] = record["ts_event"] + 500
    return records


def random_levels(seed, count, depth=10, start_ns=START_NS):
    """The windows of a book of twice their depth that changes at random, with every oddity.

    The book is moved, emptied and crossed; prices go below zero.
    """
    rng = np.random.default_rng(seed)
    middle, rows, in_snapshot = int(rng.integers(-5, 6)), [], 0
    book = {1: {}, -1: {}}
    for number in range(count):
        in_snapshot = SNAPSHOT * (rng.random() < 0.3) if rng.random() < 0.02 else in_snapshot
        middle += int(rng.integers(-3, 4)) if rng.random() < 0.1 else 0
        action = "ACMTFRNX"[rng.choice(8, p=[0.3, 0.3, 0.18, 0.12, 0.03, 0.02, 0.03, 0.02])]
        if action == "R":
            book = {1: {}, -1: {}}
        for _ in range(int(rng.integers(0, 4)) if action in "ACMR" else 0):
            _change(book, middle, rng)
        px_ticks = None if rng.random() < 0.02 else middle + int(rng.integers(-2, 3))
        size = int(rng.choice([0, 2**32 - 1])) if rng.random() < 0.03 else int(rng.integers(1, 9))
        flags = in_snapshot | (LAST if rng.random() < 0.5 else 0)
        back_ns = int(rng.integers(0, 5_000)) if rng.random() < 0.02 else 0
        bids = sorted(book[1].items(), reverse=True)[:depth]
        asks = sorted(book[-1].items())[:depth]
        side = "BAN"[rng.integers(3)]
        rows.append((action, side, px_ticks, size, flags, bids, asks, 1_000 * number - back_ns))
    records = mbp(*rows, depth=depth, start_ns=start_ns)
    odd = rng.random((count, depth)) < 0.002
    records["by_level"]["bid_lots"][odd] = rng.choice([0, 2**32 - 1], int(odd.sum()))
    return records


def _change(book, middle, rng):
    """A level comes, goes or shows other lots."""
    side = 1 if rng.random() < 0.5 else -1
    levels = book[side]
    if levels and rng.random() < 0.45:
        nearest = sorted(levels, key=lambda px: -side * px)
        del levels[nearest[min(len(nearest) - 1, int(rng.geometric(0.4)) - 1)]]
        return
    away = int(rng.geometric(0.12)) - (1 if rng.random() < 0.03 else 0)
    levels[middle - side * away] = int(rng.integers(1, 9))
