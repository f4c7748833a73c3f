"""How unusual the moment is: volatility and imbalance against their own recent past.

The close of a bar is the mid as known at its end, its imbalance that of the book then. Until there
are bars enough, the value is 0.
"""

import math
from typing import NamedTuple

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.features.book import book_imbalance
from hft_gym.features.closes import log_return
from hft_gym.features.interfaces import Ladder, Needs, State, market_value, on_bar
from hft_gym.features.rings import held, latest, mean_and_std, push
from hft_gym.features.touch import mid_ticks
from hft_gym.kernel.jit import kernel

MINUTES_A_YEAR = 252 * 24 * 60
LEAST_IMBALANCES, LEAST_IMBALANCE_STD = 20, 0.001
LEAST_VOLATILITY_STD = 0.0001
RING = 3  # of returns; at 0 the result, at 1 the last close, at 2 whether there is one


@kernel
def add_close(state: State, size: int, close_ticks: float) -> int:
    """Add the return of the bar that ends; how many returns the ring holds."""
    if state[2] > 0.0:
        push(state, RING, size, log_return(close_ticks, state[1]))
    state[1], state[2] = close_ticks, 1.0
    return held(state, RING, size)


@kernel
def add_deviation(state: State, window: int, windows: int, held_returns: int) -> bool:
    """Add the deviation of the latest `window` returns to the second ring, if there are so many."""
    if held_returns < window:
        return False
    _, deviation = mean_and_std(state, RING, window, window)
    push(state, RING + 1 + window, windows, deviation)
    return True


class AnnualizedVolatility(NamedTuple):
    """Standard deviation (ddof 0) of the log returns of the last `window` closes, for a year.

    A year has 252 days of 24 hours: with bars of a minute the factor is sqrt(252 x 24 x 60). In
    units of `scale`.
    """

    window: int = 20
    bar_s: float = 60.0
    scale: float = 0.2

    def needs(self) -> Needs:
        """A ring of returns, one fewer than closes."""
        if self.window < 2:
            raise ConfigError(f"{self}: a return takes a window of at least 2 closes")
        return Needs(RING + self.window, self.bar_s)


@on_bar.implement(AnnualizedVolatility)
def _annualized_on_bar(
    feature: AnnualizedVolatility, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    size = feature.window - 1
    if add_close(state, size, mid_ticks(view)) == size:
        _, deviation = mean_and_std(state, RING, size, size)
        state[0] = deviation * math.sqrt(MINUTES_A_YEAR * 60.0 / feature.bar_s)


@market_value.implement(AnnualizedVolatility)
def _annualized_value(
    feature: AnnualizedVolatility, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return state[0] / feature.scale


class VolatilityZ(NamedTuple):
    """(annualised volatility - its plain deviation) / deviation of past volatilities.

    The rule of the strategy engine to the letter, from the last `history` closes: the plain
    deviation s is that of the returns of the last `window` closes, the annualised volatility s x
    sqrt(252 x 24 x 60) whatever the bars, and the divisor, at least 0.0001, the deviation of the
    deviations of every `window` returns in a row. In units of `scale`, for it grows large.
    """

    window: int = 20
    history: int = 100
    bar_s: float = 1.0
    scale: float = 100.0

    def needs(self) -> Needs:
        """A ring of returns and one of deviations."""
        if not 2 <= self.window < self.history:
            raise ConfigError(f"{self}: a window has at least 2 closes and history more than it")
        return Needs(RING + 2 + self.history, self.bar_s)


@on_bar.implement(VolatilityZ)
def _volatility_z_on_bar(
    feature: VolatilityZ, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    window, windows = feature.window, feature.history - feature.window
    count = add_close(state, window, mid_ticks(view))
    deviation = 0.0
    if add_deviation(state, window, windows, count):
        second = RING + 1 + window
        _, deviation = mean_and_std(state, second, windows, held(state, second, windows))
    if count >= window - 1:
        _, plain = mean_and_std(state, RING, window, window - 1)
        annual = plain * math.sqrt(MINUTES_A_YEAR)
        state[0] = (annual - plain) / max(deviation, LEAST_VOLATILITY_STD)


@market_value.implement(VolatilityZ)
def _volatility_z_value(
    feature: VolatilityZ, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return state[0] / feature.scale


class VolatilityRegime(NamedTuple):
    """z-score of the latest deviation of `window` returns among all such of the last `history`."""

    window: int = 20
    history: int = 100
    bar_s: float = 1.0

    def needs(self) -> Needs:
        """A ring of returns and one of deviations."""
        if not 2 <= self.window < self.history:
            raise ConfigError(f"{self}: a window has at least 2 returns and history more than it")
        return Needs(RING + 3 + self.history, self.bar_s)


@on_bar.implement(VolatilityRegime)
def _regime_on_bar(
    feature: VolatilityRegime, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    window, windows = feature.window, feature.history - feature.window + 1
    count = add_close(state, window, mid_ticks(view))
    if add_deviation(state, window, windows, count):
        second = RING + 1 + window
        mean, deviation = mean_and_std(state, second, windows, held(state, second, windows))
        now = latest(state, second, windows, 0)
        state[0] = (now - mean) / deviation if deviation > 1e-12 else 0.0


@market_value.implement(VolatilityRegime)
def _regime_value(
    feature: VolatilityRegime, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return state[0]


class ImbalanceZ(NamedTuple):
    """(imbalance now - mean) / deviation of the last `window` imbalances, at least 20 of them.

    The deviation counts as 0.001 at least.
    """

    levels: int = 5
    window: int = 100
    bar_s: float = 1.0

    def needs(self) -> Needs:
        """Mean, deviation and a ring of imbalances."""
        return Needs(3 + self.window, self.bar_s)


@on_bar.implement(ImbalanceZ)
def _imbalance_z_on_bar(
    feature: ImbalanceZ, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    push(state, 2, feature.window, book_imbalance(view, ladder, feature.levels))
    count = held(state, 2, feature.window)
    if count >= LEAST_IMBALANCES:
        state[0], deviation = mean_and_std(state, 2, feature.window, count)
        state[1] = max(deviation, LEAST_IMBALANCE_STD)


@market_value.implement(ImbalanceZ)
def _imbalance_z_value(
    feature: ImbalanceZ, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    if state[1] <= 0.0:
        return 0.0
    return (book_imbalance(view, ladder, feature.levels) - state[0]) / state[1]


class ImbalanceMomentum(NamedTuple):
    """Least-squares slope a bar of the last `window` imbalances, in units of `scale`."""

    levels: int = 5
    window: int = 10
    bar_s: float = 1.0
    scale: float = 0.1

    def needs(self) -> Needs:
        """The slope and a ring of imbalances."""
        return Needs(2 + self.window, self.bar_s)


@on_bar.implement(ImbalanceMomentum)
def _imbalance_momentum_on_bar(
    feature: ImbalanceMomentum, state: State, view: np.void, ladder: Ladder, end_ns: int
) -> None:
    window = feature.window
    push(state, 1, window, book_imbalance(view, ladder, feature.levels))
    if held(state, 1, window) == window and window > 1:
        middle, total = 0.5 * (window - 1), 0.0
        for back in range(window):
            total += (middle - back) * latest(state, 1, window, back)
        # the variance of 0, 1 ... n - 1 is (n^2 - 1) / 12
        state[0] = 12.0 * total / (window * (window * window - 1.0))


@market_value.implement(ImbalanceMomentum)
def _imbalance_momentum_value(
    feature: ImbalanceMomentum, state: State, view: np.void, ladder: Ladder, now_ns: int
) -> float:
    return state[0] / feature.scale
