"""The rows of a tape: what happened to which order, price and size. Times in ns, prices in ticks.

Columns (one array each, of equal length):

| column | meaning |
|---|---|
| ts_exchange_ns | matching-engine time (DBN ts_event), never decreasing |
| ts_local_ns | capture time (DBN ts_recv): the earliest anybody outside could know |
| kind | a `Kind` |
| side | +1 bid, -1 ask, 0 none; of a TRADE: the aggressor's |
| px_ticks | price in ticks |
| lots | size; for a REDUCE, how much leaves |
| queue_key | priority of the order touched: the number of the row that added it, so it grows with
  each arrival and every later row is behind it; -1 where there is none or it is unknown |
| flags | bits of `Flag` |
"""

from enum import IntEnum

import numpy as np


class Kind(IntEnum):
    """What a row does."""

    ADD = 0  # an order comes to rest
    REDUCE = 1  # lots leave the book: a cancel, a decrease, or the remains of a fill
    TRADE = 2  # an aggressor traded; the book changes only by the REDUCE that follows
    FILL = 3  # a resting order traded; the book changes only by the REDUCE that follows
    CLEAR = 4  # the book is empty
    LEVEL = 5  # sources without orders: the level now shows `lots`


class Flag(IntEnum):
    """Bits of the column `flags`."""

    LAST = 1  # last row of an exchange packet: the book is consistent after it
    SNAPSHOT = 2  # not an event of the market but a picture of the book
    BAD_BOOK = 4  # the venue or the vendor doubts the book
    CROSSED = 8  # the book was crossed or locked after the packet that this row ends or is part of
    HALTED = 16  # the venue said that the instrument did not trade


COLUMNS: dict[str, np.dtype] = {
    "ts_exchange_ns": np.dtype("i8"),
    "ts_local_ns": np.dtype("i8"),
    "kind": np.dtype("u1"),
    "side": np.dtype("i1"),
    "px_ticks": np.dtype("i4"),
    "lots": np.dtype("i4"),
    "queue_key": np.dtype("i8"),
    "flags": np.dtype("u1"),
}

FORMAT_VERSION = 2
