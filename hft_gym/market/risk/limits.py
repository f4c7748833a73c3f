"""Limits checked before an order leaves, from what we know at that moment."""

from typing import NamedTuple

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import lots_allowed, must_flatten
from hft_gym.market.margin import Margin, most_lots
from hft_gym.market.records import Action, Intent
from hft_gym.market.risk.exposure import live_orders, open_lots, raise_asked
from hft_gym.market.risk.losses import DAY_NS, known_pnl_microticks, watch_losses
from hft_gym.market.risk.records import RiskReason

MODIFY = int(Action.MODIFY)
NONE = int(Intent.NONE)
UNLIMITED = 2**31 - 1  # lots
ORDER_LOTS, POSITION_LOTS = int(RiskReason.ORDER_LOTS), int(RiskReason.POSITION_LOTS)
OPEN_ORDERS, MESSAGE_RATE = int(RiskReason.OPEN_ORDERS), int(RiskReason.MESSAGE_RATE)
MARGIN, STOPPED = int(RiskReason.MARGIN), int(RiskReason.STOPPED)


class Limits(NamedTuple):
    """What may leave us, and when to stop; 0 stands for no limit.

    Orders that work and messages in flight count as if they would all be filled. Each breach sets
    `trader["risk"]["reason"]` and counts; the journal hears of it. Cancels always may leave.

    Attributes:
        order_lots: largest order.
        position_lots: largest position, long or short, even if all our orders of a side fill.
        open_orders: most orders at work at once.
        burst_messages: most messages at once, cancels counted (a bucket of so many tokens);
        refill_ns: time in which one more is earned.
        daily_loss_ticks: tick-lots lost in a day, marked at the mid, after fees, that stop trading
            until the next day.
        drawdown_ticks: tick-lots below the highest equity that stop trading for good.
        day_start_ns: when the trading day begins, after midnight UTC.
        trims: true: an order that is too large goes with the lots that may; false: it doesn't go.
        margin: equity that positions need.
    """

    order_lots: int = 0
    position_lots: int = 0
    open_orders: int = 0
    burst_messages: int = 0
    refill_ns: int = 0
    daily_loss_ticks: int = 0
    drawdown_ticks: int = 0
    day_start_ns: int = 0
    trims: bool = True
    margin: Margin = Margin()

    def check(self) -> None:
        """Refuse what is out of range.

        Raises:
            ConfigError: a limit is below 0, a rate has only half of its numbers, or a day begins
                outside the day.
        """
        for name, value in zip(self._fields, self, strict=True):
            if isinstance(value, int) and value < 0:
                raise ConfigError(f"{name} is {value}: a limit is 0 (none) or more")
        if (self.burst_messages > 0) != (self.refill_ns > 0):
            raise ConfigError(
                f"burst_messages is {self.burst_messages} and refill_ns is {self.refill_ns}: "
                "a message rate needs both; 0 and 0 is none"
            )
        if self.day_start_ns >= DAY_NS:
            raise ConfigError(f"day_start_ns is {self.day_start_ns}: a day has {DAY_NS} ns")


@kernel
def count_messages(limits: Limits, trader: np.void, now_ns: int) -> bool:
    """Whether one more message may leave; counts those sent since the limits were last asked.

    The generic cell rate algorithm (ITU-T I.371, annex A), a token bucket in one number: when all
    messages so far would have left, had they left at the even rate. They are counted at the time of
    that last call, which is their own where the limits are asked at every decision.
    """
    risk = trader["risk"]
    sent = int(trader["messages_sent"] - risk["counted_sent"])
    if sent > 0:
        start_ns = max(risk["next_free_ns"], risk["last_ns"])
        risk["next_free_ns"] = start_ns + sent * limits.refill_ns
        risk["counted_sent"] = trader["messages_sent"]
    risk["last_ns"] = now_ns
    if limits.burst_messages <= 0:
        return True
    return risk["next_free_ns"] - now_ns <= (limits.burst_messages - 1) * limits.refill_ns


@kernel
def _most_of_position(limits: Limits, trader: np.void) -> tuple[int, int]:
    """The largest position that may come about, and which limit says so."""
    most, reason = UNLIMITED, POSITION_LOTS
    if limits.position_lots > 0:
        most = limits.position_lots
    if limits.margin.initial_ticks > 0:
        covered = most_lots(limits.margin, known_pnl_microticks(trader))
        if covered < most:
            most, reason = covered, MARGIN
    return most, reason


@kernel
def _room(limits: Limits, trader: np.void, message: np.void) -> tuple[int, int]:
    """Lots that an order of its side may have, and which limit says so."""
    side, slot = int(message["side"]), int(message["slot"])
    is_change = message["action"] == MODIFY
    held = side * int(trader["known_position_lots"])
    others = open_lots(trader, side, slot if is_change else -1)
    reduces = -held - others  # so many lots only take off what we hold
    if trader["risk"]["stop_reason"] > 0:
        return reduces, STOPPED
    most, reason = _most_of_position(limits, trader)
    room = max(most - held - others, reduces)
    if is_change:  # what works already may go on to work
        room = max(room, int(trader["intents"][slot]["leaves_lots"]))
    if 0 < limits.order_lots < room:
        return limits.order_lots, ORDER_LOTS
    return room, reason


@kernel
def _breach(trader: np.void, reason: int) -> None:
    trader["risk"]["reason"] = reason
    trader["risk"]["breach_count"] += 1


@lots_allowed.implement(Limits)
def _lots_allowed(
    model: Limits, tape: np.void, trader: np.void, now_ns: int, message: np.void
) -> int:
    watch_losses(model, trader, now_ns)
    is_on_time = count_messages(model, trader, now_ns)
    room, reason = _room(model, trader, message)
    wanted = int(message["lots"])
    allowed = min(wanted, room) if model.trims or room >= wanted else 0
    if message["action"] != MODIFY and 0 < model.open_orders <= live_orders(trader):
        allowed, reason = 0, OPEN_ORDERS
    elif allowed > 0 and not is_on_time and trader["risk"]["stop_reason"] == 0:
        allowed, reason = 0, MESSAGE_RATE
    if allowed < wanted:
        _breach(trader, reason)
    if message["action"] == MODIFY and allowed > 0:
        raise_asked(trader, int(message["slot"]), allowed)
    return max(allowed, 0)


@must_flatten.implement(Limits)
def _must_flatten(model: Limits, trader: np.void, now_ns: int) -> bool:
    watch_losses(model, trader, now_ns)
    count_messages(model, trader, now_ns)
    return trader["risk"]["stop_reason"] > 0
