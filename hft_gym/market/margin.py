"""Margin: what a position ties up, so much a lot, and what equity must cover it."""

from typing import NamedTuple

from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel
from hft_gym.market.account import MICROTICKS


class Margin(NamedTuple):
    """Margin by the lot, in ticks: money divided by the money of a tick; 0: none is asked for.

    Attributes:
        capital_ticks: what we brought; with profit and loss it makes the equity.
        initial_ticks: equity that each lot of a new position needs.
        maintenance_ticks: equity that each lot of a held position needs.
    """

    capital_ticks: int = 0
    initial_ticks: int = 0
    maintenance_ticks: int = 0

    def check(self) -> None:
        """Refuse what is out of range.

        Raises:
            ConfigError: a margin is below 0, or is asked for without capital.
        """
        least = min(self.initial_ticks, self.maintenance_ticks)
        if least < 0:
            raise ConfigError(f"a margin of {least} ticks a lot: give 0 (none) or more")
        if self.capital_ticks <= 0 and max(self.initial_ticks, self.maintenance_ticks) > 0:
            raise ConfigError(
                f"margin is asked for and capital_ticks is {self.capital_ticks}: "
                "no order could leave; give the capital"
            )


@kernel
def initial_microticks(margin: Margin, position_lots: int, bid_lots: int, ask_lots: int) -> int:
    """Initial margin of the worst position that our open bids and asks can lead to."""
    worst_lots = max(abs(position_lots + bid_lots), abs(position_lots - ask_lots))
    return worst_lots * margin.initial_ticks * MICROTICKS


@kernel
def maintenance_microticks(margin: Margin, position_lots: int) -> int:
    """Maintenance margin of a position."""
    return abs(position_lots) * margin.maintenance_ticks * MICROTICKS


@kernel
def is_called(margin: Margin, position_lots: int, pnl_microticks: int) -> bool:
    """Whether capital and profit and loss no longer cover the maintenance margin."""
    if margin.maintenance_ticks <= 0:
        return False
    equity = margin.capital_ticks * MICROTICKS + pnl_microticks
    return equity < maintenance_microticks(margin, position_lots)


@kernel
def most_lots(margin: Margin, pnl_microticks: int) -> int:
    """The largest position that the equity covers with initial margin; asked for only where it is.

    It is 0, not less, where the equity is spent.
    """
    equity = margin.capital_ticks * MICROTICKS + pnl_microticks
    return max(0, equity // (margin.initial_ticks * MICROTICKS))
