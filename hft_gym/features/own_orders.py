"""Features of single orders of ours, by their slot or by their rank, and of a task in hand."""

from typing import NamedTuple

import numpy as np

from hft_gym.features.interfaces import own_value
from hft_gym.features.own import NO_QUOTE, queue_share
from hft_gym.kernel.jit import kernel
from hft_gym.market.records import Intent

NONE = int(Intent.NONE)


@kernel
def touch_of_side(env: np.void, side: int) -> int:
    """The known touch on the side where an order rests."""
    return int(env["bid_ticks"] if side > 0 else env["ask_ticks"])


@kernel
def ranked_slot(env: np.void, side: int, rank: int) -> int:
    """Slot of our working order of a side that is number `rank` by price, 0 the best; -1: none."""
    intents = env["trader"]["intents"]
    for slot in range(len(intents)):
        if intents[slot]["state"] == NONE or intents[slot]["side"] != side:
            continue
        better = 0
        for other in range(len(intents)):
            if intents[other]["state"] == NONE or intents[other]["side"] != side:
                continue
            ahead = side * (int(intents[other]["px_ticks"]) - int(intents[slot]["px_ticks"]))
            better += ahead > 0 or (ahead == 0 and other < slot)
        if better == rank:
            return slot
    return -1


@kernel
def distance_ticks(env: np.void, slot: int) -> int:
    """Ticks from the touch of its own side back to an order; below 0: it is better."""
    intent = env["trader"]["intents"][slot]
    side = int(intent["side"])
    return side * (touch_of_side(env, side) - int(intent["px_ticks"]))


class OrderLots(NamedTuple):
    """Lots open of the order in a slot, below 0 of one that sells, in units of `scale_lots`."""

    slot: int
    scale_lots: float = 10.0


@own_value.implement(OrderLots)
def _order_lots(feature: OrderLots, env: np.void, now_ns: int) -> float:
    intent = env["trader"]["intents"][feature.slot]
    if intent["state"] == NONE:
        return 0.0
    return intent["side"] * intent["leaves_lots"] / feature.scale_lots


class OrderDistance(NamedTuple):
    """Ticks from the touch of its own side back to the order in a slot, in units; -1: no order."""

    slot: int
    scale_ticks: float = 5.0


@own_value.implement(OrderDistance)
def _order_distance(feature: OrderDistance, env: np.void, now_ns: int) -> float:
    if env["trader"]["intents"][feature.slot]["state"] == NONE:
        return NO_QUOTE
    return distance_ticks(env, feature.slot) / feature.scale_ticks


class OrderQueue(NamedTuple):
    """Lots that trade before the order in a slot, in units of `scale_lots`; -1: not known."""

    slot: int
    scale_lots: float = 20.0


@own_value.implement(OrderQueue)
def _order_queue(feature: OrderQueue, env: np.void, now_ns: int) -> float:
    return queue_share(env, feature.slot, feature.scale_lots)


class OrderState(NamedTuple):
    """What we believe of a slot: 0 free, 1 an order works, 2 its cancel is under way."""

    slot: int


@own_value.implement(OrderState)
def _order_state(feature: OrderState, env: np.void, now_ns: int) -> float:
    return float(env["trader"]["intents"][feature.slot]["state"])


class RankedDistance(NamedTuple):
    """`OrderDistance` of the order that is number `rank` (0 the best) of a side by price."""

    side: int
    rank: int = 0
    scale_ticks: float = 5.0


@own_value.implement(RankedDistance)
def _ranked_distance(feature: RankedDistance, env: np.void, now_ns: int) -> float:
    slot = ranked_slot(env, feature.side, feature.rank)
    return NO_QUOTE if slot < 0 else distance_ticks(env, slot) / feature.scale_ticks


class RankedQueue(NamedTuple):
    """`OrderQueue` of the order that is number `rank` (0 the best) of a side by price."""

    side: int
    rank: int = 0
    scale_lots: float = 20.0


@own_value.implement(RankedQueue)
def _ranked_queue(feature: RankedQueue, env: np.void, now_ns: int) -> float:
    slot = ranked_slot(env, feature.side, feature.rank)
    return NO_QUOTE if slot < 0 else queue_share(env, slot, feature.scale_lots)


class ShareLeft(NamedTuple):
    """Share of the lots at the start that is still held; below 0 of an order to buy."""

    def reads(self) -> tuple[str, ...]:
        """What there was to do at the start."""
        return ("task.start_position_lots",)


@own_value.implement(ShareLeft)
def _share_left(feature: ShareLeft, env: np.void, now_ns: int) -> float:
    start_lots = abs(env["task"]["start_position_lots"])
    return env["trader"]["known_position_lots"] / max(1, start_lots)


class DecisionsLeft(NamedTuple):
    """Decisions to the end of the episode, as a share of all of them."""


@own_value.implement(DecisionsLeft)
def _decisions_left(feature: DecisionsLeft, env: np.void, now_ns: int) -> float:
    left = env["end_decision"] - env["decision"]
    return left / max(1, env["end_decision"] - env["episode"]["start_decision"])


class Refused(NamedTuple):
    """1 if the last request was refused before it was sent, else 0; see `OrderEntry`.

    Attributes:
        reason: a `market.records.Reason`; 0: for any.
    """

    reason: int = 0

    def reads(self) -> tuple[str, ...]:
        """Why it was refused."""
        return ("acting.refusal_reason",)


@own_value.implement(Refused)
def _refused(feature: Refused, env: np.void, now_ns: int) -> float:
    reason = env["acting"]["refusal_reason"]
    is_meant = reason != 0 if feature.reason == 0 else reason == feature.reason
    return 1.0 if is_meant else 0.0


class LastAnswer(NamedTuple):
    """What the exchange last said about the order in a slot: half of a `market.records.Reason`.

    The order need not live any more: a rejection stays until the slot is used again.
    """

    slot: int


@own_value.implement(LastAnswer)
def _last_answer(feature: LastAnswer, env: np.void, now_ns: int) -> float:
    intent = env["trader"]["intents"][feature.slot]
    return 0.5 * intent["reason"] if intent["order_id"] > 0 else 0.0
