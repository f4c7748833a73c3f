"""Orders that the venue takes away while an aggressor trades, lest they meet their own owner.

Such an order is passed over: the print goes on to the next in line (CME Group, "CME Globex
Self-Match Prevention"). A tape tells them by their rows: in the transaction of a print, at its
price, an order leaves that has not been filled, where the venue reports who was.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.jit import kernel
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Flag, Kind

LAST = int(Flag.LAST)
REDUCE, TRADE, FILL = int(Kind.REDUCE), int(Kind.TRADE), int(Kind.FILL)


@kernel
def is_passed_over(columns: Any, first: int, row: int) -> bool:
    """Whether a row takes an order away that the prints of its transaction have passed over.

    Args:
        columns: kind, side, px_ticks, queue_key, each `[rows]`.
        first: the first print of the transaction.
        row: of the same transaction.
    """
    kinds, sides, prices, keys = columns
    if kinds[row] != REDUCE or keys[row] < 0:
        return False
    is_printed, is_reported = False, False
    for k in range(first, row):
        if kinds[k] == TRADE and sides[k] == -sides[row] and prices[k] == prices[row]:
            is_printed = True
        elif kinds[k] == FILL and sides[k] == sides[row]:
            if keys[k] == keys[row]:
                return False
            is_reported = True
    return is_printed and is_reported


def rows_passing_over(tape: MarketTape) -> NDArray[np.int64]:
    """Rows that take away what a print has passed over, and the prints that did so.

    A transaction is what bears one exchange time in one packet: an aggressor and all that he met.
    """
    columns = (tape.kind, tape.side, tape.px_ticks, tape.queue_key)
    found = np.zeros(len(tape), np.bool_)
    _find(columns, tape.flags, tape.ts_exchange_ns, found)
    return np.flatnonzero(found)


@kernel
def _find(
    columns: Any,
    flags: NDArray[np.uint8],
    ts_exchange_ns: NDArray[np.int64],
    found: NDArray[np.bool_],
) -> None:
    kinds, sides, prices, _ = columns
    first = -1  # print of the transaction; before it, nobody can have been passed over
    for row in range(kinds.size):
        if row > 0 and (flags[row - 1] & LAST or ts_exchange_ns[row] != ts_exchange_ns[row - 1]):
            first = -1
        if first < 0 and kinds[row] == TRADE and sides[row] != 0:
            first = row
        if first < 0 or not is_passed_over(columns, first, row):
            continue
        found[row] = True
        for k in range(first, row):
            if kinds[k] == TRADE and sides[k] == -sides[row] and prices[k] == prices[row]:
                found[k] = True
