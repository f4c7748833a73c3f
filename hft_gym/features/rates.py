"""How often orders come, go and trade."""

from typing import NamedTuple

import numpy as np

from hft_gym.features.decay import LN2, add_faded, faded
from hft_gym.features.interfaces import Ladder, State, market_value, on_order, on_packet, on_trade
from hft_gym.features.order_flow import ticks_behind
from hft_gym.kernel.jit import kernel
from hft_gym.tape.rows import Kind

ADD, REDUCE, FILL = int(Kind.ADD), int(Kind.REDUCE), int(Kind.FILL)


@kernel
def rate_per_s(state: State, now_ns: int, half_life_s: float) -> float:
    """Events a second of a faded count: divided by the time that it averages over."""
    return faded(state[0], int(state[1]), now_ns, half_life_s) * LN2 / half_life_s


class ArrivalRate(NamedTuple):
    """Orders a second that come to rest, fading average, in units of `scale_per_s`.

    Of a side (+1 bid, -1 ask, 0 both), at most `reach_ticks` behind its touch before the packet.
    """

    side: int = 0
    reach_ticks: int = 10
    half_life_s: float = 5.0
    scale_per_s: float = 100.0


@on_order.implement(ArrivalRate)
def _arrival_on_order(
    feature: ArrivalRate, state: State, view: np.void, kind: int, side: int,
    px_ticks: int, lots: int,
) -> None:  # fmt: skip
    if kind != ADD or not view["is_two_sided"] or feature.side * side < 0:
        return
    if ticks_behind(view, side, px_ticks) <= feature.reach_ticks:
        add_faded(state, 1.0, view["ts_local_ns"], feature.half_life_s)


@market_value.implement(ArrivalRate)
def _arrival_value(
    feature: ArrivalRate, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return rate_per_s(state, now_ns, feature.half_life_s) / feature.scale_per_s


class CancelRate(NamedTuple):
    """Cancels and decreases a second, fading average, in units of `scale_per_s`.

    Sides and reach as for arrivals. Lots that leave the book count as traded, not cancelled, up to
    the lots that fills of the same packet have told of before.
    """

    side: int = 0
    reach_ticks: int = 10
    half_life_s: float = 5.0
    scale_per_s: float = 100.0


@on_order.implement(CancelRate)
def _cancel_on_order(
    feature: CancelRate, state: State, view: np.void, kind: int, side: int,
    px_ticks: int, lots: int,
) -> None:  # fmt: skip
    if kind == FILL:
        state[2] += lots
    elif kind == REDUCE:
        traded = min(state[2], lots)
        state[2] -= traded
        near = ticks_behind(view, side, px_ticks) <= feature.reach_ticks
        wanted = feature.side * side >= 0 and near and view["is_two_sided"]
        if traded < lots and wanted:
            add_faded(state, 1.0, view["ts_local_ns"], feature.half_life_s)


@on_packet.implement(CancelRate)
def _cancel_on_packet(feature: CancelRate, state: State, view: np.void, ladder: Ladder) -> None:
    state[2] = 0.0


@market_value.implement(CancelRate)
def _cancel_value(
    feature: CancelRate, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return rate_per_s(state, now_ns, feature.half_life_s) / feature.scale_per_s


class TradeIntensity(NamedTuple):
    """Trades with an aggressor a second, fading average, in units of `scale_per_s`."""

    half_life_s: float = 5.0
    scale_per_s: float = 10.0


@on_trade.implement(TradeIntensity)
def _intensity_on_trade(
    feature: TradeIntensity, state: State, view: np.void, side: int, px_ticks: int, lots: int
) -> None:
    if side != 0:
        add_faded(state, 1.0, view["ts_local_ns"], feature.half_life_s)


@market_value.implement(TradeIntensity)
def _intensity_value(
    feature: TradeIntensity, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return rate_per_s(state, now_ns, feature.half_life_s) / feature.scale_per_s


class HawkesIntensity(NamedTuple):
    """Base + sum of jump x exp(-decay x age) over trades with an aggressor; Hawkes (1971).

    Trades a second, in units of `scale_per_s`.
    """

    base_per_s: float = 0.5
    jump_per_s: float = 0.8
    decay_per_s: float = 1.2
    scale_per_s: float = 10.0


@on_trade.implement(HawkesIntensity)
def _hawkes_on_trade(
    feature: HawkesIntensity, state: State, view: np.void, side: int, px_ticks: int, lots: int
) -> None:
    if side != 0:
        add_faded(state, 1.0, view["ts_local_ns"], LN2 / feature.decay_per_s)


@market_value.implement(HawkesIntensity)
def _hawkes_value(
    feature: HawkesIntensity, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    excited = faded(state[0], int(state[1]), now_ns, LN2 / feature.decay_per_s)
    return (feature.base_per_s + feature.jump_per_s * excited) / feature.scale_per_s
