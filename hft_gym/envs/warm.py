"""Bring near what the next environments of a batch will need while the present one is stepped.

A batch is far larger than a processor's nearest memory, and each environment stands somewhere else
on some tape: left alone, a step waits for memory longer than it computes.
"""

from typing import Any

from numba.extending import overload
from numba.np.numpy_support import as_dtype
from numpy.typing import NDArray

from hft_gym.book.index import BLOCK_BYTES, WINDOW_AT, block_address
from hft_gym.features.engine import DECISION_DTYPE
from hft_gym.kernel.address import LINE
from hft_gym.kernel.jit import COMPILE_OPTIONS, inlined_kernel, kernel
from hft_gym.kernel.prefetch import prefetch

DECISION_BYTES = DECISION_DTYPE.itemsize
STATE_AHEAD = 8  # environments between asking for a state and stepping it
TAPE_AHEAD = 4  # the same for its tape, whose place stands in the state
ROWS = 36  # rows of the tape to ask for
SOON = 4  # rows until our messages most often arrive


def _layout(record: Any) -> tuple[int, int, int]:
    """Bytes of a record, of what is hot at its front, and to the answers on their way."""
    trader, at = record.fields["trader"][:2]
    # header, account, orders, intents and the heads of the two rings
    hot_bytes = at + trader.fields["messages"][1] + LINE
    return record.itemsize, hot_bytes, at + trader.fields["responses"][1]


def layout_of(envs: NDArray[Any]) -> tuple[int, int, int]:
    """`_layout` of the records of an array: constants to a kernel, which knows their type."""
    return _layout(envs.dtype)


@overload(layout_of, jit_options=COMPILE_OPTIONS)
def _overloaded_layout(envs: Any) -> Any:
    layout = _layout(as_dtype(envs.dtype))

    def known(envs: Any) -> Any:
        return layout

    return known


@inlined_kernel
def warm_state(envs: NDArray[Any], k: int) -> None:
    """Ask for the state of environment `k`."""
    if k < envs.size:
        row_bytes, hot_bytes, answers_at = layout_of(envs)
        start = envs.ctypes.data + k * row_bytes
        for offset in range(0, hot_bytes, LINE):
            prefetch(start + offset)
        prefetch(start + answers_at)
        prefetch(start + answers_at + LINE)


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
