"""Features of the path of the mid price."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.features.decay import LN2, add_faded, faded
from hft_gym.features.interfaces import market_value, on_packet
from hft_gym.kernel.jit import kernel


@kernel
def mid_change_ticks(view: np.void) -> float:
    """How far the packet moved the mid."""
    after = view["bid_ticks"] + view["ask_ticks"]
    before = view["before_bid_ticks"] + view["before_ask_ticks"]
    return 0.5 * (after - before)


class Momentum(NamedTuple):
    """Sum of mid changes, fading, in units of `scale_ticks`.

    It equals the mid minus its own exponential average over `half_life_s`.
    """

    half_life_s: float = 5.0
    scale_ticks: float = 4.0


@on_packet.implement(Momentum)
def _momentum_on_packet(
    feature: Momentum, state: NDArray[np.float64], view: np.void, ladder: NDArray[np.int32]
) -> None:
    if view["is_two_sided"] and view["was_two_sided"]:
        change = mid_change_ticks(view)
        if change != 0.0:
            add_faded(state, change, view["ts_local_ns"], feature.half_life_s)


@market_value.implement(Momentum)
def _momentum_value(
    feature: Momentum,
    state: NDArray[np.float64],
    view: np.void,
    ladder: NDArray[np.int32],
    now_ns: int,
) -> float:
    return faded(state[0], int(state[1]), now_ns, feature.half_life_s) / feature.scale_ticks


class Volatility(NamedTuple):
    """Root of the squared mid changes a second, fading, in units of `scale_ticks`."""

    half_life_s: float = 30.0
    scale_ticks: float = 2.0


@on_packet.implement(Volatility)
def _volatility_on_packet(
    feature: Volatility, state: NDArray[np.float64], view: np.void, ladder: NDArray[np.int32]
) -> None:
    if view["is_two_sided"] and view["was_two_sided"]:
        change = mid_change_ticks(view)
        if change != 0.0:
            add_faded(state, change * change, view["ts_local_ns"], feature.half_life_s)


@market_value.implement(Volatility)
def _volatility_value(
    feature: Volatility,
    state: NDArray[np.float64],
    view: np.void,
    ladder: NDArray[np.int32],
    now_ns: int,
) -> float:
    total = faded(state[0], int(state[1]), now_ns, feature.half_life_s)
    return math.sqrt(total * LN2 / feature.half_life_s) / feature.scale_ticks
