"""Trade a given number of lots until a given decision, at as little cost as possible."""

from typing import NamedTuple

import numpy as np

from hft_gym.envs.closing import close_displayed
from hft_gym.envs.episode import mark_start
from hft_gym.envs.interfaces import (
    Room,
    begin_task,
    conclude,
    hold,
    hold_at_px,
    is_complete,
    sum_up,
)
from hft_gym.envs.records import Fields
from hft_gym.envs.tasks.benchmarks import mean_prices
from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel
from hft_gym.kernel.random import below, uniform
from hft_gym.market.interfaces import MarketModels

STATE: Fields = (
    ("start_position_lots", "i8"),
    ("start_equity_ticks", "f8"),
    ("start_mid2_ticks", "i8"),
    ("forced_lots", "i8"),
    ("unfilled_lots", "i8"),
)
EPISODE: Fields = (
    ("parent_lots", "i8"),  # above 0: to buy
    ("arrival_ticks", "f8"),  # mid of the first decision
    ("shortfall_ticks", "f8"),  # cost against that mid, after fees
    ("shortfall_twap_ticks", "f8"),  # against the time-weighted mean mid of the episode
    ("shortfall_vwap_ticks", "f8"),  # against the mean price of all trades meanwhile
    ("passive_share", "f8"),  # of the lots, filled while they rested
    ("forced_lots", "i8"),  # closed at the end
    ("unfilled_lots", "i8"),  # of these, more than was displayed
)


class Execution(NamedTuple):
    """Begin with a position, bought or sold short at the mid of the first decision, and close it.

    Equity is then minus the implementation shortfall: what the execution has cost against the mid
    at its arrival, fees included (Perold 1988, "The implementation shortfall: paper versus
    reality"). The episode is `terminated` when nothing is left, or at its end, where the rest is
    closed at the displayed prices. Where there is no touch at the first decision there is nothing
    to do. The option `inventory` of a reset chooses the order by hand.

    Attributes:
        lots: of the order, at most.
        side: +1 to buy, -1 to sell, 0: either, drawn for each episode.
        fewest_lots: where above 0, the lots are drawn from so many to `lots`.
        rest_ticks: how far beyond the last displayed price lots are closed that nobody displays.
    """

    lots: int = 10
    side: int = 0
    fewest_lots: int = 0
    rest_ticks: int = 10

    def room(self) -> Room:
        """What an execution keeps and tells."""
        return Room(state=STATE, episode=EPISODE, benchmarks=True)

    def most_lots(self) -> int:
        """The largest order."""
        return self.lots

    def check(self) -> None:
        """Refuse what means nothing.

        Raises:
            ConfigError: a parameter is out of range.
        """
        if self.lots < 1 or not 0 <= self.fewest_lots <= self.lots:
            raise ConfigError(
                f"task.lots ({self.lots}) must be at least 1 and task.fewest_lots "
                f"({self.fewest_lots}) between 0 and that"
            )
        if self.side not in (-1, 0, 1) or self.rest_ticks < 0:
            raise ConfigError(
                f"task.side ({self.side}) must be 1, -1 or 0 and task.rest_ticks "
                f"({self.rest_ticks}) at least 0"
            )


@kernel
def _begin_with(env: np.void, lots: int) -> None:
    """Hold `lots` from the start, at the mid."""
    task = env["task"]
    hold_at_px(env, lots, env["trader"]["mid2_ticks"])
    task["start_position_lots"] = lots
    task["start_mid2_ticks"] = env["trader"]["mid2_ticks"]
    mark_start(env)
    task["start_equity_ticks"] = env["equity_ticks"]


@begin_task.implement(Execution)
def _begin_task(task: Execution, market: np.void, env: np.void) -> None:
    env["task"]["forced_lots"], env["task"]["unfilled_lots"] = 0, 0
    side, lots = task.side, task.lots
    if side == 0:
        side = 1 if uniform(env["trader"]) < 0.5 else -1
    if task.fewest_lots > 0:
        lots = task.fewest_lots + below(env["trader"], task.lots - task.fewest_lots + 1)
    has_touch = env["bid_lots"] > 0 and env["ask_lots"] > 0
    _begin_with(env, -side * lots if has_touch else 0)


@hold.implement(Execution)
def _hold(task: Execution, env: np.void, lots: int) -> None:
    _begin_with(env, lots)


@is_complete.implement(Execution)
def _is_complete(task: Execution, env: np.void) -> bool:
    return env["trader"]["known_position_lots"] == 0


@conclude.implement(Execution)
def _conclude(
    task: Execution, models: MarketModels, market: np.void, book: np.void, env: np.void
) -> bool:
    forced, unfilled = close_displayed(models, market["columns"], book, env, task.rest_ticks)
    env["task"]["forced_lots"], env["task"]["unfilled_lots"] = forced, unfilled
    return True


@sum_up.implement(Execution)
def _sum_up(task: Execution, market: np.void, env: np.void) -> None:
    episode, kept = env["episode"], env["task"]
    arrival = 0.5 * kept["start_mid2_ticks"]
    shortfall = kept["start_equity_ticks"] - episode["pnl_ticks"]
    parent = -kept["start_position_lots"]
    first = episode["start_decision"]
    twap, vwap = mean_prices(market, first, first + episode["steps"])
    episode["pnl_ticks"] = -shortfall
    episode["parent_lots"] = parent
    episode["arrival_ticks"] = arrival
    episode["shortfall_ticks"] = shortfall
    episode["shortfall_twap_ticks"] = shortfall + parent * (arrival - twap)
    episode["shortfall_vwap_ticks"] = shortfall + parent * (arrival - vwap)
    lots = max(1, abs(parent))
    episode["passive_share"] = (episode["lots_traded"] - episode["taker_lots"]) / lots
    episode["forced_lots"] = kept["forced_lots"]
    episode["unfilled_lots"] = kept["unfilled_lots"]
