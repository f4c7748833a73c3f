"""When we see the rows of a tape: their local time and a delay of the feed, none overtaking."""

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.jit import kernel
from hft_gym.kernel.random import seed_states
from hft_gym.market.columns import COLUMNS_DTYPE, columns_record, flags_of
from hft_gym.market.interfaces import delay_ns
from hft_gym.market.latencies.constant import Constant
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Flag

LAST = int(Flag.LAST)

# What a delay model sees in place of a trader.
FEED_DTYPE = np.dtype([("random_state", "u8"), ("row", "i8")])


def known_ns_of(tape: MarketTape, feed: Any, seed: int = 0) -> NDArray[np.int64]:
    """`[rows]` local times at which we see the rows, in ns, never falling.

    The rows of a packet come together, one delay for all of them; `lots` of the model is their
    number. The same seed gives a tape the same times, whatever other tapes there are.

    Args:
        tape: the rows, with the local times at which they were recorded.
        feed: a delay model.
        seed: of a random one.
    """
    if isinstance(feed, Constant):
        return tape.ts_local_ns if feed.ns == 0 else tape.ts_local_ns + feed.ns
    name = f"{seed} {tape.meta.label} {tape.meta.source_sha256}".encode()
    feeds = np.zeros(1, FEED_DTYPE)
    feeds["random_state"] = seed_states(np.array([zlib.crc32(name)]))
    tapes = np.array([columns_record(tape)], COLUMNS_DTYPE)
    known_ns = np.empty(len(tape), np.int64)
    _see(feed, tapes, feeds, np.ascontiguousarray(tape.ts_local_ns), known_ns)
    return known_ns


@kernel
def _see(
    feed: tuple,
    tapes: NDArray[Any],
    feeds: NDArray[Any],
    ts_local_ns: NDArray[np.int64],
    known_ns: NDArray[np.int64],
) -> None:
    """Packet after packet; a packet is complete, and set out, with its last row."""
    tape, trader = tapes[0], feeds[0]
    flags = flags_of(tape)
    first, before_ns = 0, ts_local_ns[0] if ts_local_ns.size else 0
    for row in range(ts_local_ns.size):
        if not flags[row] & LAST and row + 1 < ts_local_ns.size:
            continue
        trader["row"] = first
        delay = delay_ns(feed, tape, trader, ts_local_ns[row], row + 1 - first)
        before_ns = max(before_ns, ts_local_ns[row] + delay)
        known_ns[first : row + 1] = before_ns
        first = row + 1
