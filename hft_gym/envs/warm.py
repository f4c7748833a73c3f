"""Bring near what the next environments of a batch will need while the present one is stepped.

A batch is far larger than a processor's nearest memory, and each environment stands somewhere else
on some tape: left alone, a step waits for memory longer than it computes.
"""

from typing import Any

from numpy.typing import NDArray

from hft_gym.envs.records import ENV_DTYPE
from hft_gym.features.engine import DECISION_DTYPE
from hft_gym.kernel.jit import kernel
from hft_gym.kernel.prefetch import LINE, prefetch
from hft_gym.market.records import TRADER_DTYPE

ROW_BYTES = ENV_DTYPE.itemsize
# header, account, orders, intents and the heads of the two rings
HOT_BYTES = (
    ENV_DTYPE.fields["trader"][1] + TRADER_DTYPE.fields["messages"][1] + LINE  # type: ignore[index]
)
ANSWERS_AT = ENV_DTYPE.fields["trader"][1] + TRADER_DTYPE.fields["responses"][1]  # type: ignore[index]
DECISION_BYTES = DECISION_DTYPE.itemsize
STATE_AHEAD = 8  # environments between asking for a state and stepping it
TAPE_AHEAD = 4  # the same for its tape, whose place stands in the state
ROWS = 36  # rows of the tape to ask for
NEAR_TICKS = 10  # levels round the touch to ask for


@kernel
def warm_state(envs: NDArray[Any], k: int) -> None:
    """Ask for the state of environment `k`."""
    if k < envs.size:
        start = envs.ctypes.data + k * ROW_BYTES
        for offset in range(0, HOT_BYTES, LINE):
            prefetch(start + offset)
        prefetch(start + ANSWERS_AT)
        prefetch(start + ANSWERS_AT + LINE)


@kernel
def _span(address: int, first: int, stop: int) -> None:
    for offset in range(first, stop, LINE):
        prefetch(address + offset)
    prefetch(address + stop)


@kernel
def warm_tape(
    markets: NDArray[Any], envs: NDArray[Any], books: NDArray[Any], k: int, width: int
) -> None:
    """Ask for the rows, levels, decision and features that environment `k` needs next."""
    if k >= envs.size:
        return
    env = envs[k]
    market = markets[env["tape"]]
    tape, trader, book = market["columns"], env["trader"], books[k]
    row, base = trader["row"], book["base_ticks"]
    _span(tape["kind_address"], row, row + ROWS)
    _span(tape["side_address"], row, row + ROWS)
    _span(tape["px_ticks_address"], 4 * row, 4 * (row + ROWS))
    _span(tape["lots_address"], 4 * row, 4 * (row + ROWS))
    if trader["last_order_id"] > 0:
        _span(tape["queue_key_address"], 8 * row, 8 * (row + ROWS))
        _span(tape["flags_address"], row, row + ROWS)
        prefetch(tape["ts_exchange_ns_address"] + 8 * row)
    low = 8 * (env["bid_ticks"] - NEAR_TICKS - base)
    high = 8 * (env["ask_ticks"] + NEAR_TICKS - base)
    _span(book["ladder_address"], low, high)
    if trader["consumed_lots"] > 0:
        _span(book["consumed_address"], low, high)
    decision = env["decision"] + 1
    prefetch(market["decisions_address"] + decision * DECISION_BYTES)
    prefetch(market["features_address"] + 4 * decision * width)
