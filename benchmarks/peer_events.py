"""MBO records as rows of hftbacktest, all of them events of the exchange and of our side alike."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

EVENT_DTYPE = np.dtype(
    [
        ("ev", "u8"),
        ("exch_ts", "i8"),
        ("local_ts", "i8"),
        ("px", "f8"),
        ("qty", "f8"),
        ("order_id", "u8"),
        ("ival", "i8"),
        ("fval", "f8"),
    ],
    align=True,
)
EXCHANGE, LOCAL, BUY, SELL = 1 << 31, 1 << 30, 1 << 29, 1 << 28
CODES = {b"A": 10, b"C": 11, b"M": 12, b"R": 3, b"T": 2, b"F": 13}
SNAPSHOT = 32  # bit of a DBN record's flags


def to_events(records: NDArray[np.void], feed_ns: int) -> NDArray[np.void]:
    """`[n]` rows for the peer; those of a snapshot happen when it is taken, as its converter does.

    Args:
        records: `[n]` MBO records.
        feed_ns: latency of the feed, added to the local times.
    """
    events = np.zeros(len(records), EVENT_DTYPE)
    codes = np.zeros(256, np.uint64)
    for action, code in CODES.items():
        codes[action[0]] = code
    sides = np.zeros(256, np.uint64)
    sides[ord("B")], sides[ord("A")] = BUY, SELL
    both = np.uint64(EXCHANGE | LOCAL)
    events["ev"] = codes[records["action"]] | sides[records["side"]] | both
    old = (records["flags"] & SNAPSHOT) != 0
    events["exch_ts"] = np.where(old, records["ts_recv"], records["ts_event"])
    events["local_ts"] = records["ts_recv"].astype(np.int64) + feed_ns
    events["px"] = np.where(records["action"] == ord("R"), 0.0, records["price"] * 1e-9)
    events["qty"] = records["size"]
    events["order_id"] = records["order_id"]
    return events


def write_events(path: Path, chunks: Iterable[NDArray[np.void]], feed_ns: int) -> int:
    """Write the rows of chunks of records to a .npy file; returns how many.

    Raises:
        ValueError: the times of the venue or ours go back, which the peer cannot replay.
    """
    events = np.concatenate([to_events(chunk, feed_ns) for chunk in chunks])
    for name in ("exch_ts", "local_ts"):
        if (np.diff(events[name]) < 0).any():
            raise ValueError(f"{name} goes back")
    np.save(path, events)
    return len(events)
