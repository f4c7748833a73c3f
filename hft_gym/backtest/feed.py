"""What the feed has brought us: whole packets, each at its time."""

import numpy as np
from numpy.typing import NDArray

from hft_gym.backtest.clock import first_after
from hft_gym.backtest.records import FOREVER_NS
from hft_gym.kernel.address import column
from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.market.columns import flags_of
from hft_gym.tape.rows import Flag

LAST = int(Flag.LAST)


@kernel
def known_ns_of(desk: np.void) -> NDArray[np.int64]:
    """`[rows]` when each row is known."""
    return column(desk["clock"]["known_address"], desk["columns"]["rows"], np.int64)


@inlined_kernel
def find_packet(desk: np.void) -> None:
    """Look for the end of the next packet; one that never ends is never known."""
    clock, rows = desk["clock"], desk["columns"]["rows"]
    flags = flags_of(desk["columns"])
    row = clock["known_row"]
    while row < rows and not flags[row] & LAST:
        row += 1
    clock["next_row"] = min(row + 1, rows)
    clock["next_packet_ns"] = known_ns_of(desk)[row] if row < rows else FOREVER_NS


@kernel
def know_until(desk: np.void, ts_ns: int) -> None:
    """Let the feed bring every packet that is complete by a time; the book is not followed."""
    clock = desk["clock"]
    flags = flags_of(desk["columns"])
    row = first_after(known_ns_of(desk), clock["known_row"], ts_ns)
    while row > clock["known_row"] and not flags[row - 1] & LAST:
        row -= 1
    clock["known_row"] = row
