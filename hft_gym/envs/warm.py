"""Bring near what the next environments of a batch will need while the present one is stepped.

A batch is far larger than a processor's nearest memory, and each environment stands somewhere else
on some tape: left alone, a step waits for memory longer than it computes.
"""

from typing import Any

from numpy.typing import NDArray

from hft_gym.book.index import BLOCK_BYTES, WINDOW_AT, block_address
from hft_gym.envs.records import ENV_DTYPE, TRADER_DTYPE
from hft_gym.features.engine import DECISION_DTYPE
from hft_gym.kernel.address import LINE
from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.kernel.prefetch import prefetch

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
SOON = 4  # rows until our messages most often arrive


@inlined_kernel
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


@inlined_kernel
def warm_tape(markets: NDArray[Any], envs: NDArray[Any], k: int, width: int) -> None:
    """Ask for the rows, windows, decision and features that environment `k` needs next."""
    if k >= envs.size:
        return
    env = envs[k]
    market = markets[env["tape"]]
    tape, trader = market["columns"], env["trader"]
    index, row = tape["index"], trader["row"]
    if trader["last_order_id"] > 0:
        here, soon = block_address(index, row), block_address(index, row + SOON)
        _span(here + WINDOW_AT, 0, BLOCK_BYTES - WINDOW_AT - 1)
        _span(soon + WINDOW_AT, 0, BLOCK_BYTES - WINDOW_AT - 1)
        for block in range(here, block_address(index, row + ROWS) + 1, BLOCK_BYTES):
            _span(block, 0, WINDOW_AT - 1)
        _span(tape["ts_exchange_ns_address"], 8 * row, 8 * (row + SOON))
    decision = env["decision"] + 1
    _span(market["decisions_address"] + decision * DECISION_BYTES, 0, DECISION_BYTES - 1)
    _span(market["features_address"] + 4 * decision * width, 0, 4 * width - 1)
