"""Features of the book as it stands."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.features.interfaces import market_value
from hft_gym.kernel.jit import kernel


class Spread(NamedTuple):
    """Ask minus bid, beyond the smallest possible one tick, in units of `scale_ticks`."""

    scale_ticks: float = 4.0


@market_value.implement(Spread)
def _spread(
    feature: Spread,
    state: NDArray[np.float64],
    view: np.void,
    ladder: NDArray[np.int32],
    now_ns: int,
) -> float:
    if not view["is_two_sided"]:
        return 0.0
    return (view["ask_ticks"] - view["bid_ticks"] - 1) / feature.scale_ticks


class Imbalance(NamedTuple):
    """(bid - ask) / (bid + ask) lots over the best `levels` levels that show lots, in [-1, 1]."""

    levels: int = 1


@kernel
def depth_lots(ladder: NDArray[np.int32], place: int, step: int, levels: int) -> int:
    """Lots of the `levels` levels with lots from `place` on, `step` places apart."""
    total = 0
    found = 0
    while found < levels and 0 <= place < ladder.size:
        if ladder[place] > 0:
            total += ladder[place]
            found += 1
        place += step
    return total


@kernel
def book_imbalance(view: np.void, ladder: NDArray[np.int32], levels: int) -> float:
    """(bid - ask) / (bid + ask) lots of the best levels; 0 without two sides."""
    if not view["is_two_sided"]:
        return 0.0
    bid_place = 2 * (view["bid_ticks"] - view["base_ticks"])
    ask_place = 2 * (view["ask_ticks"] - view["base_ticks"]) + 1
    bid = depth_lots(ladder, bid_place, -2, levels)
    ask = depth_lots(ladder, ask_place, 2, levels)
    return (bid - ask) / (bid + ask)


@market_value.implement(Imbalance)
def _imbalance(
    feature: Imbalance,
    state: NDArray[np.float64],
    view: np.void,
    ladder: NDArray[np.int32],
    now_ns: int,
) -> float:
    return book_imbalance(view, ladder, feature.levels)


class MicroPrice(NamedTuple):
    """Touch prices weighted by the opposite sizes, minus the mid, in units of `scale_ticks`."""

    scale_ticks: float = 1.0


@market_value.implement(MicroPrice)
def _micro_price(
    feature: MicroPrice,
    state: NDArray[np.float64],
    view: np.void,
    ladder: NDArray[np.int32],
    now_ns: int,
) -> float:
    if not view["is_two_sided"]:
        return 0.0
    bid, ask = view["bid_lots"], view["ask_lots"]
    half_spread = 0.5 * (view["ask_ticks"] - view["bid_ticks"])
    return half_spread * (bid - ask) / (bid + ask) / feature.scale_ticks
