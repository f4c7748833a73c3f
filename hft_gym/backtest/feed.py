"""What the feed has brought us: whole packets, each at its time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.backtest.packets import PACKET_DTYPE, last_known
from hft_gym.kernel.address import column
from hft_gym.kernel.jit import inlined_kernel, kernel


@inlined_kernel
def packets_of(desk: np.void) -> NDArray[Any]:
    """`[packets + 2]` of `packets.PACKET_DTYPE`, those of the desk's tape."""
    return column(desk["clock"]["packets_address"], desk["clock"]["packets_count"], PACKET_DTYPE)


@inlined_kernel
def times_of(desk: np.void) -> NDArray[np.int64]:
    """`[packets + 2]` when each packet is known."""
    return column(desk["clock"]["times_address"], desk["clock"]["packets_count"], np.int64)


@inlined_kernel
def known_packet(desk: np.void) -> np.void:
    """The last packet that is known: the market as we see it."""
    return packets_of(desk)[desk["clock"]["packet_index"]]


@inlined_kernel
def next_packet_ns(desk: np.void) -> int:
    """When the next packet will be known."""
    return times_of(desk)[desk["clock"]["packet_index"] + 1]


@kernel
def know_until(desk: np.void, ts_ns: int) -> None:
    """Let the feed bring every packet that is known by a time."""
    desk["clock"]["packet_index"] = last_known(times_of(desk), desk["clock"]["packet_index"], ts_ns)
