"""Orders ahead of ours that a print passes over, since the venue takes them away; rare."""

from typing import Any

import numpy as np

from hft_gym.book.index import ends_packet, may_pass_over, moved_lots_at
from hft_gym.book.self_match import is_passed_over
from hft_gym.kernel.jit import kernel
from hft_gym.market.columns import kind_of, px_of, queue_key_of, side_of, ts_exchange_of
from hft_gym.tape.rows import Kind

TRADE = int(Kind.TRADE)


@kernel
def _first_print(tape: np.void, row: int) -> int:
    """The first print of an aggressor in the transaction of a row; the row itself: none before."""
    kinds, sides, ts = kind_of(tape), side_of(tape), ts_exchange_of(tape)
    first, k = row, row
    while k > 0 and ts[k - 1] == ts[row] and not ends_packet(tape["index"], k - 1):
        k -= 1
        if kinds[k] == TRADE and sides[k] != 0:
            first = k
    return first


@kernel
def _columns(tape: np.void) -> Any:
    return kind_of(tape), side_of(tape), px_of(tape), queue_key_of(tape)


@kernel
def was_passed_over(tape: np.void, row: int) -> bool:
    """Whether a row takes an order away that a print of its transaction has passed over."""
    if not may_pass_over(tape["index"], row):
        return False
    return is_passed_over(_columns(tape), _first_print(tape, row), row)


@kernel
def lots_passed_over(tape: np.void, row: int, order: np.void) -> int:
    """Lots ahead of an order of ours that the print `row` passes over; they leave after it."""
    index, ts = tape["index"], ts_exchange_of(tape)
    if not may_pass_over(index, row):
        return 0
    columns, first, lots = _columns(tape), _first_print(tape, row), 0
    end = row + 1
    while end < ts.size and ts[end] == ts[row] and not ends_packet(index, end - 1):
        here = side_of(tape)[end] == order["side"] and px_of(tape)[end] == order["px_ticks"]
        is_ahead = here and queue_key_of(tape)[end] < order["arrival_row"]
        if is_ahead and is_passed_over(columns, first, end):
            lots -= moved_lots_at(index, end)
        end += 1
    return min(lots, int(order["ahead_lots"]))
