"""Fees that are higher in some episodes than in others: domain randomisation."""

from typing import NamedTuple

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.kernel.random import uniform
from hft_gym.market.interfaces import begin_episode, fee_microticks, message_fee_microticks


class ScaledFees(NamedTuple):
    """Another schedule's fees and rebates, times a factor that is drawn for each episode.

    Attributes:
        fees: the fee schedule.
        low: the smallest factor.
        high: the largest factor, each between as likely as another.
    """

    fees: tuple
    low: float = 0.0
    high: float = 2.0

    def check(self) -> None:
        """Raise ConfigError where the bounds are none."""
        if not 0.0 <= self.low <= self.high:
            raise ConfigError(
                f"ScaledFees: low ({self.low}) must lie between 0 and high ({self.high})"
            )

    def trader_fields(self) -> tuple[tuple[str, str], ...]:
        """Where in the range the factor of the episode lies, 0 to 1."""
        return (("fee_share", "f8"),)


@begin_episode.implement(ScaledFees)
def _begin_episode(model: ScaledFees, trader: np.void) -> None:
    trader["fee_share"] = uniform(trader)


@fee_microticks.implement(ScaledFees)
def _fee_microticks(
    model: ScaledFees, trader: np.void, px_ticks: int, lots: int, is_maker: bool
) -> int:
    factor = model.low + (model.high - model.low) * trader["fee_share"]
    return round(factor * fee_microticks(model.fees, trader, px_ticks, lots, is_maker))


@message_fee_microticks.implement(ScaledFees)
def _message_fee_microticks(model: ScaledFees, trader: np.void, action: int) -> int:
    factor = model.low + (model.high - model.low) * trader["fee_share"]
    return round(factor * message_fee_microticks(model.fees, trader, action))
