"""The price at which an open position is valued: mid, closing side of the touch, or micro-price.

A quote is any record with `bid_ticks`, `ask_ticks`, `bid_lots` and `ask_lots`, both sides shown: an
environment, the view of a strategy.
"""

from typing import NamedTuple

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.market.account import MICROTICKS
from hft_gym.market.interfaces import mark_microticks

HALF_TICK = MICROTICKS // 2  # microticks


class AtMid(NamedTuple):
    """Half way between the best bid and the best ask."""


class AtTouch(NamedTuple):
    """Where it could be closed at once: a long position at the bid, a short one at the ask."""


class AtMicroPrice(NamedTuple):
    """The touch weighted by the lots of the other side: nearer to the side that shows less.

    Stoikov 2018, "The micro-price: a high-frequency estimator of future prices", Quantitative
    Finance 18(12), section 1 (his weighted mid).
    """


@kernel
def mid_microticks(quote: np.void) -> int:
    """Half way between bid and ask, exact."""
    return (int(quote["bid_ticks"]) + int(quote["ask_ticks"])) * HALF_TICK


@mark_microticks.implement(AtMid)
def _at_mid(model: AtMid, quote: np.void, position_lots: int) -> int:
    return mid_microticks(quote)


@mark_microticks.implement(AtTouch)
def _at_touch(model: AtTouch, quote: np.void, position_lots: int) -> int:
    if position_lots == 0:
        return mid_microticks(quote)
    return int(quote["bid_ticks"] if position_lots > 0 else quote["ask_ticks"]) * MICROTICKS


@mark_microticks.implement(AtMicroPrice)
def _at_micro_price(model: AtMicroPrice, quote: np.void, position_lots: int) -> int:
    bid_lots, both = int(quote["bid_lots"]), int(quote["bid_lots"]) + int(quote["ask_lots"])
    if both <= 0:
        return mid_microticks(quote)
    bid_ticks = int(quote["bid_ticks"])
    rise = (int(quote["ask_ticks"]) - bid_ticks) * MICROTICKS * bid_lots
    return bid_ticks * MICROTICKS + (2 * rise + both) // (2 * both)
