"""Features of our own orders, position and time, as we know them."""

from typing import NamedTuple

import numpy as np

from hft_gym.features.interfaces import own_value
from hft_gym.kernel.jit import kernel
from hft_gym.market.records import Intent

WORKING = int(Intent.WORKING)
NO_QUOTE = -1.0  # what a feature of a quote shows where there is none


@kernel
def slot_of(side: int) -> int:
    """The slot of our quote on a side."""
    return 0 if side > 0 else 1


class Inventory(NamedTuple):
    """Position as we know it, in units of `scale_lots`."""

    scale_lots: float = 10.0


@own_value.implement(Inventory)
def _inventory(feature: Inventory, env: np.void, now_ns: int) -> float:
    return env["trader"]["known_position_lots"] / feature.scale_lots


class QueueAhead(NamedTuple):
    """Lots that trade before our quote on a side (+1 bid, -1 ask), in units of `scale_lots`.

    -1 without a quote, or while a message about it is under way.
    """

    side: int
    scale_lots: float = 20.0


@own_value.implement(QueueAhead)
def _queue_ahead(feature: QueueAhead, env: np.void, now_ns: int) -> float:
    slot = slot_of(feature.side)
    intent = env["trader"]["intents"][slot]
    if intent["state"] != WORKING or intent["in_flight"] > 0:
        return NO_QUOTE
    return env["trader"]["orders"][slot]["ahead_lots"] / feature.scale_lots


class QuoteDistance(NamedTuple):
    """Ticks from the touch back to our quote on a side, in units of `scale_ticks`; -1: none."""

    side: int
    scale_ticks: float = 5.0


@own_value.implement(QuoteDistance)
def _quote_distance(feature: QuoteDistance, env: np.void, now_ns: int) -> float:
    intent = env["trader"]["intents"][slot_of(feature.side)]
    if intent["state"] != WORKING:
        return NO_QUOTE
    touch = env["bid_ticks"] if feature.side > 0 else env["ask_ticks"]
    return feature.side * (touch - intent["px_ticks"]) / feature.scale_ticks


class TimeLeft(NamedTuple):
    """Seconds to the episode's end, in units of `scale_s`."""

    scale_s: float = 60.0


@own_value.implement(TimeLeft)
def _time_left(feature: TimeLeft, env: np.void, now_ns: int) -> float:
    return (env["end_ns"] - now_ns) * 1e-9 / feature.scale_s
