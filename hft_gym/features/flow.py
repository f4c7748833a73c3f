"""Features of what arrives: order flow and trades, fading with time."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.features.decay import add_faded, faded
from hft_gym.features.interfaces import market_value, on_packet, on_trade
from hft_gym.kernel.jit import kernel


@kernel
def order_flow_imbalance(view: np.void) -> int:
    """e_n of Cont, Kukanov, Stoikov (2014), J. Financial Econometrics 12(1), eq. 4, in lots.

    The inequalities are not strict: a level that stays contributes its change of size.
    """
    flow = 0
    if view["bid_ticks"] >= view["before_bid_ticks"]:
        flow += view["bid_lots"]
    if view["bid_ticks"] <= view["before_bid_ticks"]:
        flow -= view["before_bid_lots"]
    if view["ask_ticks"] <= view["before_ask_ticks"]:
        flow -= view["ask_lots"]
    if view["ask_ticks"] >= view["before_ask_ticks"]:
        flow += view["before_ask_lots"]
    return flow


class OrderFlowImbalance(NamedTuple):
    """Order flow imbalance at the touch, fading, in units of `scale_lots`."""

    half_life_s: float = 1.0
    scale_lots: float = 20.0


@on_packet.implement(OrderFlowImbalance)
def _ofi_on_packet(
    feature: OrderFlowImbalance,
    state: NDArray[np.float64],
    view: np.void,
    ladder: NDArray[np.int32],
) -> None:
    if view["is_two_sided"] and view["was_two_sided"]:
        flow = order_flow_imbalance(view)
        if flow != 0:
            add_faded(state, flow, view["ts_local_ns"], feature.half_life_s)


@market_value.implement(OrderFlowImbalance)
def _ofi_value(
    feature: OrderFlowImbalance,
    state: NDArray[np.float64],
    view: np.void,
    ladder: NDArray[np.int32],
    now_ns: int,
) -> float:
    return faded(state[0], int(state[1]), now_ns, feature.half_life_s) / feature.scale_lots


class TradeFlow(NamedTuple):
    """Lots of buying minus selling aggressors, fading, in units of `scale_lots`."""

    half_life_s: float = 1.0
    scale_lots: float = 10.0


@on_trade.implement(TradeFlow)
def _trade_flow_on_trade(
    feature: TradeFlow,
    state: NDArray[np.float64],
    view: np.void,
    side: int,
    px_ticks: int,
    lots: int,
) -> None:
    if side != 0:
        add_faded(state, side * lots, view["ts_local_ns"], feature.half_life_s)


@market_value.implement(TradeFlow)
def _trade_flow_value(
    feature: TradeFlow,
    state: NDArray[np.float64],
    view: np.void,
    ladder: NDArray[np.int32],
    now_ns: int,
) -> float:
    return faded(state[0], int(state[1]), now_ns, feature.half_life_s) / feature.scale_lots
