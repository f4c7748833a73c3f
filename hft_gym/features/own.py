"""Features of our own orders, position and time, as we know them."""

from typing import NamedTuple

import numpy as np

from hft_gym.features.interfaces import own_value, reads_level
from hft_gym.kernel.jit import kernel
from hft_gym.market.account import known_cost_ticks
from hft_gym.market.records import Intent

WORKING = int(Intent.WORKING)
NO_QUOTE = -1.0  # what a feature of a quote shows where there is none


@kernel
def slot_of(side: int) -> int:
    """The slot of our quote on a side."""
    return 0 if side > 0 else 1


@kernel
def queue_share(env: np.void, slot: int, scale_lots: float) -> float:
    """Lots that trade before the order of a slot, in units; -1: none, or a message is under way."""
    intent = env["trader"]["intents"][slot]
    if intent["state"] != WORKING or intent["in_flight"] > 0:
        return NO_QUOTE
    return env["trader"]["orders"][slot]["ahead_lots"] / scale_lots


class Inventory(NamedTuple):
    """Position as we know it, in units of `scale_lots`."""

    scale_lots: float = 10.0


@own_value.implement(Inventory)
def _inventory(feature: Inventory, env: np.void, now_ns: int) -> float:
    return env["trader"]["known_position_lots"] / feature.scale_lots


@kernel
def unrealised_ticks(env: np.void) -> float:
    """What the position we know of would earn if it were closed at the mid, before fees."""
    trader = env["trader"]
    value = 0.5 * trader["known_position_lots"] * trader["mid2_ticks"]
    return value - known_cost_ticks(trader)


class PositionAge(NamedTuple):
    """Seconds since the position was opened or turned, as we know it, in units of `scale_s`.

    0 while flat.
    """

    scale_s: float = 10.0


@own_value.implement(PositionAge)
def _position_age(feature: PositionAge, env: np.void, now_ns: int) -> float:
    trader = env["trader"]
    if trader["known_position_lots"] == 0:
        return 0.0
    return (now_ns - trader["position_since_ns"]) * 1e-9 / feature.scale_s


class EntryDistance(NamedTuple):
    """Ticks from the position's average price to the mid, above 0 where it gains; 0 while flat."""

    scale_ticks: float = 5.0


@own_value.implement(EntryDistance)
def _entry_distance(feature: EntryDistance, env: np.void, now_ns: int) -> float:
    lots = abs(env["trader"]["known_position_lots"])
    return 0.0 if lots == 0 else unrealised_ticks(env) / lots / feature.scale_ticks


class UnrealisedPnl(NamedTuple):
    """What the position would earn at the mid, before fees, in units of `scale_ticks`."""

    scale_ticks: float = 20.0


@own_value.implement(UnrealisedPnl)
def _unrealised_pnl(feature: UnrealisedPnl, env: np.void, now_ns: int) -> float:
    return unrealised_ticks(env) / feature.scale_ticks


class Drawdown(NamedTuple):
    """How far equity lies below the episode's peak, in units of `scale_ticks`."""

    scale_ticks: float = 20.0


@own_value.implement(Drawdown)
def _drawdown(feature: Drawdown, env: np.void, now_ns: int) -> float:
    return (env["peak_ticks"] - env["equity_ticks"]) / feature.scale_ticks


class FillRatio(NamedTuple):
    """Lots traded in the episode, as we know, for each message sent; 0 before the first."""

    scale: float = 1.0


@own_value.implement(FillRatio)
def _fill_ratio(feature: FillRatio, env: np.void, now_ns: int) -> float:
    trader = env["trader"]
    return trader["known_traded_lots"] / max(1, trader["messages_sent"]) / feature.scale


class MessagesInFlight(NamedTuple):
    """Messages whose answer is not back, in units of `scale_messages`."""

    scale_messages: float = 4.0


@own_value.implement(MessagesInFlight)
def _messages_in_flight(feature: MessagesInFlight, env: np.void, now_ns: int) -> float:
    count = 0
    for slot in range(len(env["trader"]["intents"])):
        count += env["trader"]["intents"][slot]["in_flight"]
    return count / feature.scale_messages


class QueueAhead(NamedTuple):
    """Lots that trade before our quote on a side (+1 bid, -1 ask), in units of `scale_lots`.

    -1 without a quote, or while a message about it is under way.
    """

    side: int
    scale_lots: float = 20.0

    def reads_slot(self) -> int:
        """The slot of the quote."""
        return slot_of(self.side)


@own_value.implement(QueueAhead)
def _queue_ahead(feature: QueueAhead, env: np.void, now_ns: int) -> float:
    return queue_share(env, slot_of(feature.side), feature.scale_lots)


class QueueBehind(NamedTuple):
    """Lots of others that trade after our quote on a side, in units of `scale_lots`.

    -1 without a quote, or while a message about it is under way.
    """

    side: int
    scale_lots: float = 20.0

    def reads_slot(self) -> int:
        """The slot of the quote."""
        return slot_of(self.side)


@reads_level.implement(QueueBehind)
def _reads_level(feature: QueueBehind) -> bool:
    return True


@own_value.implement(QueueBehind)
def _queue_behind(feature: QueueBehind, env: np.void, now_ns: int) -> float:
    slot = slot_of(feature.side)
    intent = env["trader"]["intents"][slot]
    if intent["state"] != WORKING or intent["in_flight"] > 0:
        return NO_QUOTE
    behind = env["level_lots"][slot] - env["trader"]["orders"][slot]["ahead_lots"]
    return max(0, behind) / feature.scale_lots


class QuoteDistance(NamedTuple):
    """Ticks from the touch back to our quote on a side, in units of `scale_ticks`; -1: none."""

    side: int
    scale_ticks: float = 5.0

    def reads_slot(self) -> int:
        """The slot of the quote."""
        return slot_of(self.side)


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
