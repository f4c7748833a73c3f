"""A venue that charges for messages as well as for trades."""

from typing import Any, NamedTuple

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import fee_microticks, message_fee_microticks
from hft_gym.market.records import Action

CANCEL, MODIFY = int(Action.CANCEL), int(Action.MODIFY)


class PerMessage(NamedTuple):
    """Another schedule for fills, and so much for each message sent, whatever becomes of it.

    Attributes:
        fills: schedule of the fills.
        new_ticks: for a new order.
        modify_ticks: for a change.
        cancel_ticks: for a cancel.
        free_messages: so many of an episode cost nothing.
    """

    fills: Any = PerLot(0.05, 0.1)
    new_ticks: float = 0.001
    modify_ticks: float = 0.001
    cancel_ticks: float = 0.001
    free_messages: int = 0

    def check(self) -> None:
        """Raise ConfigError where a number is out of range."""
        if self.free_messages < 0:
            raise ConfigError(f"PerMessage: free_messages is {self.free_messages}, below 0")


@fee_microticks.implement(PerMessage)
def _fee_microticks(
    model: PerMessage, trader: np.void, px_ticks: int, lots: int, is_maker: bool
) -> int:
    return fee_microticks(model.fills, trader, px_ticks, lots, is_maker)


@message_fee_microticks.implement(PerMessage)
def _message_fee_microticks(model: PerMessage, trader: np.void, action: int) -> int:
    if trader["messages_sent"] < model.free_messages:
        return 0
    if action == CANCEL:
        return round(model.cancel_ticks * 1e6)
    return round((model.modify_ticks if action == MODIFY else model.new_ticks) * 1e6)
