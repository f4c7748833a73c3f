"""Order flow imbalance in other forms: an event's, of several levels, by distance, by trades."""

from typing import NamedTuple

import numpy as np

from hft_gym.features.decay import add_faded, faded
from hft_gym.features.flow import order_flow_imbalance
from hft_gym.features.interfaces import (
    Ladder,
    Needs,
    State,
    market_value,
    on_order,
    on_packet,
    on_trade,
)
from hft_gym.features.touch import mid_ticks
from hft_gym.kernel.jit import kernel
from hft_gym.tape.rows import Kind

ADD, REDUCE = int(Kind.ADD), int(Kind.REDUCE)


class EventOrderFlow(NamedTuple):
    """e_n of Cont, Kukanov and Stoikov of the latest packet, in units of `scale_lots`."""

    scale_lots: float = 10.0


@on_packet.implement(EventOrderFlow)
def _event_on_packet(feature: EventOrderFlow, state: State, view: np.void, ladder: Ladder) -> None:
    both = view["is_two_sided"] and view["was_two_sided"]
    state[0] = order_flow_imbalance(view) if both else 0.0


@market_value.implement(EventOrderFlow)
def _event_value(
    feature: EventOrderFlow, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return state[0] / feature.scale_lots


@kernel
def level_flow(view: np.void, m: int) -> int:
    """e_n at level m (0: the touch): Xu, Gould and Howison (2018), Market Microstructure 4.

    A level that is not there has no lots and a price worse than any.
    """
    flow = 0
    if view["level_bid_ticks"][m] >= view["before_level_bid_ticks"][m]:
        flow += view["level_bid_lots"][m]
    if view["level_bid_ticks"][m] <= view["before_level_bid_ticks"][m]:
        flow -= view["before_level_bid_lots"][m]
    if view["level_ask_ticks"][m] <= view["before_level_ask_ticks"][m]:
        flow -= view["level_ask_lots"][m]
    if view["level_ask_ticks"][m] >= view["before_level_ask_ticks"][m]:
        flow += view["before_level_ask_lots"][m]
    return flow


class LevelOrderFlow(NamedTuple):
    """Order flow imbalance at one level (1: the touch), fading, in units of `scale_lots`."""

    level: int
    half_life_s: float = 1.0
    scale_lots: float = 50.0

    def needs(self) -> Needs:
        """The book down to the level."""
        return Needs(levels=self.level)


@on_packet.implement(LevelOrderFlow)
def _level_on_packet(feature: LevelOrderFlow, state: State, view: np.void, ladder: Ladder) -> None:
    if view["is_two_sided"] and view["was_two_sided"]:
        flow = level_flow(view, feature.level - 1)
        if flow != 0:
            add_faded(state, flow, view["ts_local_ns"], feature.half_life_s)


@market_value.implement(LevelOrderFlow)
def _level_value(
    feature: LevelOrderFlow, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return faded(state[0], int(state[1]), now_ns, feature.half_life_s) / feature.scale_lots


class DeepOrderFlow(NamedTuple):
    """Sum over levels m = 0, 1 ... of `decay`^m x their order flow imbalance, fading.

    In units of `scale_lots`.
    """

    levels: int = 5
    decay: float = 0.5
    half_life_s: float = 1.0
    scale_lots: float = 50.0

    def needs(self) -> Needs:
        """The book down to the last level."""
        return Needs(levels=self.levels)


@on_packet.implement(DeepOrderFlow)
def _deep_on_packet(feature: DeepOrderFlow, state: State, view: np.void, ladder: Ladder) -> None:
    if view["is_two_sided"] and view["was_two_sided"]:
        total, weight = 0.0, 1.0
        for m in range(feature.levels):
            total += weight * level_flow(view, m)
            weight *= feature.decay
        if total != 0.0:
            add_faded(state, total, view["ts_local_ns"], feature.half_life_s)


@market_value.implement(DeepOrderFlow)
def _deep_value(
    feature: DeepOrderFlow, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return faded(state[0], int(state[1]), now_ns, feature.half_life_s) / feature.scale_lots


class DistanceOrderFlow(NamedTuple):
    """Lots joining the bid or leaving the ask, less the reverse, each divided by its distance.

    The distance is that of the price from the mid before the packet, in ticks, at least a half;
    what lies further than `reach_ticks` counts nothing. The sum fades; in units of `scale_lots`.
    """

    reach_ticks: float = 10.0
    half_life_s: float = 1.0
    scale_lots: float = 50.0


@on_order.implement(DistanceOrderFlow)
def _distance_on_order(
    feature: DistanceOrderFlow, state: State, view: np.void, kind: int, side: int,
    px_ticks: int, lots: int,
) -> None:  # fmt: skip
    distance = max(0.5, abs(px_ticks - mid_ticks(view)))
    if kind > REDUCE or not view["is_two_sided"] or distance > feature.reach_ticks:
        return
    joined = side * lots if kind == ADD else -side * lots
    add_faded(state, joined / distance, view["ts_local_ns"], feature.half_life_s)


@market_value.implement(DistanceOrderFlow)
def _distance_value(
    feature: DistanceOrderFlow, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return faded(state[0], int(state[1]), now_ns, feature.half_life_s) / feature.scale_lots


class TradeInformedFlow(NamedTuple):
    """Buying less selling pressure, fading: lots of aggressors, and of orders added near the touch.

    An order is near if it lies at most `near_ticks` behind the touch of its side before the packet;
    in units of `scale_lots`.
    """

    near_ticks: int = 0
    half_life_s: float = 1.0
    scale_lots: float = 50.0


@on_trade.implement(TradeInformedFlow)
def _informed_on_trade(
    feature: TradeInformedFlow, state: State, view: np.void, side: int, px_ticks: int, lots: int
) -> None:
    if side != 0:
        add_faded(state, side * lots, view["ts_local_ns"], feature.half_life_s)


@kernel
def ticks_behind(view: np.void, side: int, px_ticks: int) -> int:
    """How far a price of a side lies behind the touch of that side; below 0: it betters it."""
    if side > 0:
        return int(view["bid_ticks"] - px_ticks)
    return int(px_ticks - view["ask_ticks"])


@on_order.implement(TradeInformedFlow)
def _informed_on_order(
    feature: TradeInformedFlow, state: State, view: np.void, kind: int, side: int,
    px_ticks: int, lots: int,
) -> None:  # fmt: skip
    near = ticks_behind(view, side, px_ticks) <= feature.near_ticks
    if kind == ADD and view["is_two_sided"] and near:
        add_faded(state, side * lots, view["ts_local_ns"], feature.half_life_s)


@market_value.implement(TradeInformedFlow)
def _informed_value(
    feature: TradeInformedFlow, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return faded(state[0], int(state[1]), now_ns, feature.half_life_s) / feature.scale_lots
