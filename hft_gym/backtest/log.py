"""Our fills, written down as we come to know of them."""

import numpy as np
from numpy.typing import NDArray

from hft_gym.backtest.records import FILL_DTYPE
from hft_gym.kernel.address import column
from hft_gym.kernel.jit import kernel
from hft_gym.market.records import Reason

TAKEN = int(Reason.TAKEN)


@kernel
def _fills_of(desk: np.void) -> NDArray[np.void]:
    return column(desk["clock"]["fills_address"], desk["clock"]["fill_places"], FILL_DTYPE)


@kernel
def _write(desk: np.void, fill: np.void, answer: np.void) -> None:
    lots = int(answer["position_lots"])
    fill["ts_local_ns"] = answer["known_ns"]
    fill["order_id"] = answer["order_id"]
    fill["slot"] = answer["slot"]
    fill["side"] = 1 if lots > 0 else -1
    fill["lots"] = abs(lots)
    fill["px_ticks"] = round(-answer["cash_ticks"] / lots)
    fill["fees_microticks"] = answer["fees_microticks"]
    fill["is_maker"] = answer["reason"] != TAKEN


@kernel
def log_fills(desk: np.void, ts_ns: int) -> None:
    """Write down the fills of the answers that are back by a time, before they are learned.

    The caller sees to it that there is room for as many as the ring of answers holds.
    """
    trader, clock = desk["trader"], desk["clock"]
    fills = _fills_of(desk)
    for k in range(trader["response_count"]):
        answer = trader["responses"][(trader["response_head"] + k) % len(trader["responses"])]
        if answer["known_ns"] > ts_ns:
            return
        if answer["position_lots"] != 0:
            _write(desk, fills[clock["fills"]], answer)
            clock["fills"] += 1
