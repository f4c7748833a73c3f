"""Features of the book beyond the touch: depth, its shape, gaps and orders.

A level is a price that shows lots, within `LEVEL_REACH_TICKS` of the touch. Without two sides every
feature here is 0.
"""

import math
from typing import NamedTuple

import numpy as np

from hft_gym.features.depth_view import LEVEL_REACH_TICKS, next_place, orders_at, touch_place
from hft_gym.features.interfaces import Ladder, Needs, State, market_value
from hft_gym.kernel.jit import kernel


@kernel
def level_place(view: np.void, ladder: Ladder, side: int, place: int) -> int:
    """The level of a side at `place` or next behind it; -1: none within reach."""
    if place < 0:
        return -1
    gone = abs(place - touch_place(view, side)) // 2
    return next_place(ladder, place, -2 * side, LEVEL_REACH_TICKS - gone)


@kernel
def behind(place: int, side: int) -> int:
    """The place one tick further from the touch; -1 where there is none."""
    return max(-1, place - 2 * side) if place >= 0 else -1


@kernel
def side_lots(view: np.void, ladder: Ladder, side: int, levels: int) -> int:
    """Lots of the best levels of a side."""
    place = level_place(view, ladder, side, touch_place(view, side))
    total = 0
    for _ in range(levels):
        if place < 0:
            break
        total += ladder[place]
        place = level_place(view, ladder, side, behind(place, side))
    return total


@kernel
def weighted_lots(
    view: np.void, ladder: Ladder, side: int, levels: int, decay_ticks: float
) -> tuple[float, float]:
    """(sum of weight x lots, sum of lots x distance) over the best levels of a side.

    The weight is 1 / distance from the mid in ticks, or exp(-distance / `decay_ticks`) if that is
    above 0.
    """
    mid_ticks = 0.5 * (view["bid_ticks"] + view["ask_ticks"])
    place = level_place(view, ladder, side, touch_place(view, side))
    weighted, moment = 0.0, 0.0
    for _ in range(levels):
        if place < 0:
            break
        distance = abs(view["base_ticks"] + place // 2 - mid_ticks)
        weight = math.exp(-distance / decay_ticks) if decay_ticks > 0.0 else 1.0 / distance
        weighted += weight * ladder[place]
        moment += distance * ladder[place]
        place = level_place(view, ladder, side, behind(place, side))
    return weighted, moment


class WeightedImbalance(NamedTuple):
    """(bid - ask) / (bid + ask) lots, each weighted by 1 / its distance from the mid."""

    levels: int = 10


@market_value.implement(WeightedImbalance)
def _weighted_imbalance(
    feature: WeightedImbalance, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    if not view["is_two_sided"]:
        return 0.0
    bid, _ = weighted_lots(view, ladder, 1, feature.levels, 0.0)
    ask, _ = weighted_lots(view, ladder, -1, feature.levels, 0.0)
    return (bid - ask) / (bid + ask)


class BookPressure(NamedTuple):
    """(bid - ask) / (bid + ask) lots, each weighted by exp(-distance from the mid / decay)."""

    levels: int = 10
    decay_ticks: float = 2.0


@market_value.implement(BookPressure)
def _book_pressure(
    feature: BookPressure, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    if not view["is_two_sided"]:
        return 0.0
    bid, _ = weighted_lots(view, ladder, 1, feature.levels, feature.decay_ticks)
    ask, _ = weighted_lots(view, ladder, -1, feature.levels, feature.decay_ticks)
    return (bid - ask) / (bid + ask) if bid + ask > 0.0 else 0.0  # a wide spread underflows


class WeightedPrice(NamedTuple):
    """Mean price of the lots on the best levels of both sides, minus the mid.

    In units of `scale_ticks`; Cao, Hansch and Wang (2009), Journal of Futures Markets 29(1).
    """

    levels: int = 5
    scale_ticks: float = 2.0


@market_value.implement(WeightedPrice)
def _weighted_price(
    feature: WeightedPrice, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    if not view["is_two_sided"]:
        return 0.0
    _, bid_moment = weighted_lots(view, ladder, 1, feature.levels, 0.0)
    _, ask_moment = weighted_lots(view, ladder, -1, feature.levels, 0.0)
    bid = side_lots(view, ladder, 1, feature.levels)
    ask = side_lots(view, ladder, -1, feature.levels)
    return (ask_moment - bid_moment) / (bid + ask) / feature.scale_ticks


class Depth(NamedTuple):
    """Lots on the best levels of a side (+1 bid, -1 ask), in units of `scale_lots`."""

    side: int
    levels: int = 5
    scale_lots: float = 500.0


@market_value.implement(Depth)
def _depth(feature: Depth, state: State, view: np.void, ladder: Ladder, now_ns: int) -> float:
    if not view["is_two_sided"]:
        return 0.0
    return side_lots(view, ladder, feature.side, feature.levels) / feature.scale_lots


class VolumeRatio(NamedTuple):
    """Bid depth / ask depth over the best levels, in units of `scale`."""

    levels: int = 5
    scale: float = 1.0


@market_value.implement(VolumeRatio)
def _volume_ratio(
    feature: VolumeRatio, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    if not view["is_two_sided"]:
        return 0.0
    bid = side_lots(view, ladder, 1, feature.levels)
    return bid / side_lots(view, ladder, -1, feature.levels) / feature.scale


class DepthSlope(NamedTuple):
    """Lots a tick: least-squares slope of cumulated lots on the distance from the mid.

    Over the best levels of a side (+1 bid, -1 ask), in units of `scale_lots`; 0 with one level.
    """

    side: int
    levels: int = 5
    scale_lots: float = 100.0


@market_value.implement(DepthSlope)
def _depth_slope(
    feature: DepthSlope, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    if not view["is_two_sided"]:
        return 0.0
    start = touch_place(view, feature.side)
    place = level_place(view, ladder, feature.side, start)
    count, total, sum_x, sum_y, sum_xx, sum_xy = 0, 0.0, 0.0, 0.0, 0.0, 0.0
    while place >= 0 and count < feature.levels:
        x = abs(place - start) / 2.0  # from the touch: the same slope as from the mid
        total += ladder[place]
        count += 1
        sum_x += x
        sum_y += total
        sum_xx += x * x
        sum_xy += x * total
        place = level_place(view, ladder, feature.side, behind(place, feature.side))
    if count < 2:
        return 0.0
    slope = (count * sum_xy - sum_x * sum_y) / (count * sum_xx - sum_x * sum_x)
    return slope / feature.scale_lots


class LevelGap(NamedTuple):
    """Ticks from a level (1: the touch) of a side to the next one, in units of `scale_ticks`.

    0 where there is no next one.
    """

    side: int
    level: int = 1
    scale_ticks: float = 4.0


@market_value.implement(LevelGap)
def _level_gap(
    feature: LevelGap, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    if not view["is_two_sided"]:
        return 0.0
    place = level_place(view, ladder, feature.side, touch_place(view, feature.side))
    for _ in range(feature.level - 1):
        place = level_place(view, ladder, feature.side, behind(place, feature.side))
    following = level_place(view, ladder, feature.side, behind(place, feature.side))
    if place < 0 or following < 0:
        return 0.0
    return abs(following - place) / 2.0 / feature.scale_ticks


class OrderCount(NamedTuple):
    """Orders at the touch of a side (+1 bid, -1 ask), in units of `scale_orders`.

    Exact where the source tells orders; 0 where it tells levels only.
    """

    side: int
    scale_orders: float = 20.0

    def needs(self) -> Needs:
        """Numbers of orders."""
        return Needs(orders=True)


@market_value.implement(OrderCount)
def _order_count(
    feature: OrderCount, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    if not view["is_two_sided"]:
        return 0.0
    return orders_at(view, touch_place(view, feature.side)) / feature.scale_orders


class OrderCountImbalance(NamedTuple):
    """(bid - ask) / (bid + ask) orders over the best levels; 0 where none are known."""

    levels: int = 1

    def needs(self) -> Needs:
        """Numbers of orders."""
        return Needs(orders=True)


@kernel
def side_orders(view: np.void, ladder: Ladder, side: int, levels: int) -> int:
    """Orders on the best levels of a side."""
    place = level_place(view, ladder, side, touch_place(view, side))
    total = 0
    for _ in range(levels):
        if place < 0:
            break
        total += orders_at(view, place)
        place = level_place(view, ladder, side, behind(place, side))
    return total


@market_value.implement(OrderCountImbalance)
def _order_count_imbalance(
    feature: OrderCountImbalance, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    if not view["is_two_sided"]:
        return 0.0
    bid = side_orders(view, ladder, 1, feature.levels)
    ask = side_orders(view, ladder, -1, feature.levels)
    return (bid - ask) / (bid + ask) if bid + ask > 0 else 0.0


class MeanOrderSize(NamedTuple):
    """Lots an order at the touch of a side (+1 bid, -1 ask), in units of `scale_lots`."""

    side: int
    scale_lots: float = 10.0

    def needs(self) -> Needs:
        """Numbers of orders."""
        return Needs(orders=True)


@market_value.implement(MeanOrderSize)
def _mean_order_size(
    feature: MeanOrderSize, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    place = touch_place(view, feature.side)
    if not view["is_two_sided"] or orders_at(view, place) <= 0:
        return 0.0
    return ladder[place] / orders_at(view, place) / feature.scale_lots
