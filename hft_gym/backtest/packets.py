"""The packets of a tape: when each of them is known and what the touch is then; made once a tape.

A strategy hears of whole packets, and what it asks for most often is the touch after one of them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.backtest.records import FOREVER_NS
from hft_gym.book.ladder import NO_PRICE, apply_row, place_of, touch_after
from hft_gym.book.uncrossing import CROSSED
from hft_gym.kernel.jit import kernel
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Flag, Kind

LAST = int(Flag.LAST)
TRADE, FILL = int(Kind.TRADE), int(Kind.FILL)

# The market as it is after a packet.
PACKET_DTYPE = np.dtype(
    [
        ("end_row", "i4"),  # the row after the packet's last one
        ("bid_ticks", "i4"),  # the touch; NO_PRICE where a side is empty
        ("ask_ticks", "i4"),
        ("bid_lots", "i4"),
        ("ask_lots", "i4"),
        ("is_tradable", "u1"),  # both sides are there, not crossed, and the venue trades
    ],
    align=True,
)
FEW = 32  # packets that are looked at one after the other before the search takes larger steps


def note_packets(tape: MarketTape, base_ticks: int, places: int) -> NDArray[Any]:
    """The market after each packet: `[packets + 2]` of `PACKET_DTYPE`.

    The first entry is before all packets, the last one never known. Rows after the last complete
    packet belong to none.

    Args:
        tape: the rows.
        base_ticks: price of the band's first level; the touch is looked for inside the band.
        places: two a level of the band.
    """
    packets = np.zeros(np.count_nonzero(tape.flags & LAST) + 2, PACKET_DTYPE)
    columns = (tape.kind, tape.side, tape.px_ticks, tape.lots, tape.flags)
    _note(columns, base_ticks, np.zeros(places, np.int32), packets)
    return packets


def packet_times_ns(packets: NDArray[Any], known_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """`[packets + 2]` when each packet is known, from `known_ns` `[rows]`, that of each row."""
    last_rows = packets["end_row"][1:-1] - 1
    return np.concatenate([[-FOREVER_NS], known_ns[last_rows], [FOREVER_NS]]).astype(np.int64)


@kernel
def _note(columns: Any, base: int, ladder: NDArray[np.int32], packets: NDArray[Any]) -> None:
    """Follow the book from the tape's first row on; `ladder` are zeros."""
    kinds, sides, prices, sizes, flags = columns
    bid, ask, number = NO_PRICE, NO_PRICE, 0
    packets[0]["bid_ticks"], packets[0]["ask_ticks"] = NO_PRICE, NO_PRICE
    for row in range(kinds.size):
        kind, side, px = int(kinds[row]), int(sides[row]), int(prices[row])
        if not TRADE <= kind <= FILL:  # the book changes with the REDUCE that follows
            apply_row(ladder, base, kind, side, px, int(sizes[row]))
            bid, ask = touch_after(ladder, base, kind, side, px, (bid, ask))
        if not flags[row] & LAST:
            continue
        number += 1
        packet = packets[number]
        packet["end_row"] = row + 1
        packet["bid_ticks"], packet["ask_ticks"] = bid, ask
        if bid != NO_PRICE:
            packet["bid_lots"] = ladder[place_of(base, 1, bid)]
        if ask != NO_PRICE:
            packet["ask_lots"] = ladder[place_of(base, -1, ask)]
        both = bid != NO_PRICE and ask != NO_PRICE and bid < ask
        packet["is_tradable"] = both and flags[row] & CROSSED == 0
    packets[number + 1] = packets[number]


@kernel
def last_known(times_ns: NDArray[np.int64], start: int, ts_ns: int) -> int:
    """Number of the last packet that is known by a time, no earlier than packet `start`.

    Args:
        times_ns: `[packets + 2]` when each is known, the last one never.
        start: where to begin; most often it is near.
        ts_ns: the time.
    """
    low, end = start, min(start + FEW, times_ns.size - 1)
    while low < end and times_ns[low + 1] <= ts_ns:
        low += 1
    if low < end:
        return low
    step = FEW  # packet `low` is known, or none from `start` on is
    while low + step < times_ns.size and times_ns[low + step] <= ts_ns:
        low += step
        step *= 2
    high = min(low + step, times_ns.size)  # packet `high` is not known
    while low + 1 < high:
        middle = (low + high) // 2
        if times_ns[middle] > ts_ns:
            high = middle
        else:
            low = middle
    return low
