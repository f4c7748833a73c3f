"""Paper money: orders fill at once at the mid and a fixed slippage, in any size.

What most simple brokers' simulators do. It stands where a queue model stands, so that the same
strategy can be judged under it and under a believable exchange: no queue, no displayed size, no
market impact, and a limit order that cannot fill at once fills with the first print at its price.
"""

import math
from typing import NamedTuple

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.market.interfaces import (
    fills_at_once,
    immediate_fill_px,
    lots_ahead_gone,
    share_of_print,
)


class Paper(NamedTuple):
    """Fills at `mid + side * (mid * slippage_bps / 10 000 + slippage_ticks)`.

    Prices are whole ticks: what is not is rounded against us, by less than a tick. A market order
    fills whatever that price is; a limit order only where its limit allows it, else it rests, and
    every print at its price or beyond is its own.

    Attributes:
        slippage_bps: in hundredths of a per cent of the mid.
        slippage_ticks: on top of it.
    """

    slippage_bps: float = 5.0
    slippage_ticks: float = 0.0

    def check(self) -> None:
        """Raise ConfigError where a slippage is negative."""
        if self.slippage_bps < 0 or self.slippage_ticks < 0:
            raise ConfigError(f"{self}: a slippage must not be negative")


@fills_at_once.implement(Paper)
def _fills_at_once(model: Paper) -> bool:
    return True


@immediate_fill_px.implement(Paper)
def _immediate_fill_px(model: Paper, side: int, bid_ticks: int, ask_ticks: int) -> int:
    mid = 0.5 * (bid_ticks + ask_ticks)
    slippage = abs(mid) * model.slippage_bps / 10_000.0 + model.slippage_ticks
    px = mid + side * slippage
    return int(side * math.ceil(side * px - 1e-9))


@lots_ahead_gone.implement(Paper)
def _lots_ahead_gone(
    model: Paper, order: np.void, queue_key: int, lots: int, level_lots: int
) -> int:
    return lots


@share_of_print.implement(Paper)
def _share_of_print(
    model: Paper, order: np.void, remaining_lots: int, ahead_lots: int, level_lots: int
) -> int:
    return remaining_lots
