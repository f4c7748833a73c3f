"""One line of figures for each policy, from its episodes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hft_gym.evaluation import metrics
from hft_gym.evaluation.intervals import Interval, mean_interval
from hft_gym.evaluation.rollout import EpisodeTable
from hft_gym.tape.instrument import Instrument

DAYS_PER_YEAR = 252


@dataclass(frozen=True, slots=True)
class Basis:
    """What the figures are per, the same for every policy.

    Attributes:
        instrument: turns ticks into money.
        windows: number of windows judged.
        days: number of tapes they come from.
        windows_per_day: windows a trader would trade a day; annualises the Sharpe ratio.
    """

    instrument: Instrument
    windows: int
    days: int
    windows_per_day: float

    @property
    def windows_per_year(self) -> float:
        """Windows in a year of 252 days."""
        return DAYS_PER_YEAR * self.windows_per_day


@dataclass(frozen=True, slots=True)
class Summary:
    """How one policy did. Ticks are tick-lots; profits are additive, never compounded.

    Attributes:
        policy: name.
        reward: mean reward a window, 95 % interval.
        pnl_ticks: mean profit after fees a window, 95 % interval.
        pnl_money: the same in money.
        sharpe_window: mean over standard deviation of the windows' profits.
        sharpe_year: the same times the root of the windows in a year.
        drawdown_mean_ticks: mean over the windows of the deepest fall within a window.
        drawdown_worst_ticks: the deepest of those falls.
        mean_abs_position_lots: time average of |position|.
        fills: mean number of passive fills a window.
        spread_captured_ticks: mean sum of side x (mid - price) x lots over a window's fills.
        fees_ticks: mean fees a window.
        hit_rate: share of winning windows among those that end up or down.
    """

    policy: str
    reward: Interval
    pnl_ticks: Interval
    pnl_money: Interval
    sharpe_window: float
    sharpe_year: float
    drawdown_mean_ticks: float
    drawdown_worst_ticks: float
    mean_abs_position_lots: float
    fills: float
    spread_captured_ticks: float
    fees_ticks: float
    hit_rate: float


def basis_of(
    tables: Sequence[EpisodeTable], instrument: Instrument, windows_per_day: float | None = None
) -> Basis:
    """What `tables`, which hold the same windows, are judged on.

    Args:
        tables: one or more policies.
        instrument: what was traded.
        windows_per_day: where the windows are but a sample of a day; None: those judged, a tape.

    Raises:
        ValueError: the policies were not judged on the same windows.
    """
    places = [table.episodes[["tape", "start_decision"]] for table in tables]
    if any(not np.array_equal(places[0], other) for other in places[1:]):
        raise ValueError("policies can only be compared on the same windows")
    windows, days = len(places[0]), len(np.unique(places[0]["tape"]))
    return Basis(instrument, windows, days, windows_per_day or windows / days)


def summarise(table: EpisodeTable, basis: Basis) -> Summary:
    """Figures of one policy over its `[w]` windows."""
    episodes = table.episodes
    pnl_ticks = mean_interval(episodes["pnl_ticks"])
    steps = int(episodes["steps"].sum())
    money = basis.instrument.to_money
    return Summary(
        policy=table.policy,
        reward=mean_interval(episodes["reward"]),
        pnl_ticks=pnl_ticks,
        pnl_money=Interval(money(pnl_ticks.mean), money(pnl_ticks.half_width)),
        sharpe_window=metrics.sharpe(episodes["pnl_ticks"]),
        sharpe_year=metrics.sharpe(episodes["pnl_ticks"], basis.windows_per_year),
        drawdown_mean_ticks=float(episodes["max_drawdown_ticks"].mean()),
        drawdown_worst_ticks=float(episodes["max_drawdown_ticks"].max()),
        mean_abs_position_lots=float(episodes["abs_position_lot_steps"].sum()) / max(steps, 1),
        fills=float((episodes["bid_fills"] + episodes["ask_fills"]).mean()),
        spread_captured_ticks=float(episodes["gross_spread_ticks"].mean()),
        fees_ticks=float(episodes["fees_ticks"].mean()),
        hit_rate=metrics.hit_rate(episodes["pnl_ticks"]),
    )


def paired_difference(better: EpisodeTable, worse: EpisodeTable, column: str) -> Interval:
    """Mean and 95 % interval of `better - worse`, window by window.

    The windows' common fortune cancels, so this tells two policies apart with far fewer windows
    than their own intervals do.

    Raises:
        ValueError: the policies were not judged on the same windows.
    """
    place = ["tape", "start_decision"]
    if not np.array_equal(better.episodes[place], worse.episodes[place]):
        raise ValueError("policies can only be compared on the same windows")
    return mean_interval(better.episodes[column] - worse.episodes[column])
