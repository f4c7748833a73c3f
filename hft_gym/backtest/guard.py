"""The kill switch in a backtest: asked at each thing that we hear of, in place of the strategy.

A risk model that stops nobody costs nothing: no line of this is compiled for it.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.backtest.feed import known_packet
from hft_gym.book.ladder import NO_PRICE
from hft_gym.kernel.interface import unrolled
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import MarketModels, must_flatten
from hft_gym.market.risk.kill import enforce


@kernel
def enforce_now(models: MarketModels, desk: np.void) -> bool:
    """Mark what we hold at the mid that we know, and stop all trading where too much is lost."""
    packet, trader = known_packet(desk), desk["trader"]
    bid_ticks, ask_ticks = int(packet["bid_ticks"]), int(packet["ask_ticks"])
    if bid_ticks != NO_PRICE and ask_ticks != NO_PRICE:  # else the last mid stays
        trader["mid2_ticks"] = bid_ticks + ask_ticks
    return enforce(models, desk["columns"], trader, desk["clock"]["now_ns"])


# Takes the risk model as a tuple of one and returns how many of them have stopped trading.
stopped_now = unrolled(
    "stopped_now(risks, models, desk)",
    "total += enforce_now(models, desk)",
    only=must_flatten,
    total="total",
    enforce_now=enforce_now,
)


@kernel
def ask_guard(models: MarketModels, desks: NDArray[Any]) -> bool:
    """`stopped_now` for callers in plain Python."""
    return stopped_now((models.risk,), models, desks[0]) > 0
