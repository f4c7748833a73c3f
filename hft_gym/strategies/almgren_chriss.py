"""Almgren & Chriss (2000), "Optimal execution of portfolio transactions".

Journal of Risk 3(2), 5-39; equation numbers below are the paper's. Lots are sold in N intervals of
length tau; `x_j` are held at time `j tau`.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hft_gym.errors import ConfigError
from hft_gym.strategies.calibration import MarketSample, sigma_ticks_per_sqrt_s
from hft_gym.strategies.children import behind_schedule, child_actions


@dataclass(frozen=True, slots=True)
class Impact:
    """Linear impact and volatility, in any units of price, lots and time that agree.

    Attributes:
        sigma: volatility, price per square root of time.
        temporary: eta, price per (lot / time): what trading faster costs.
        permanent: gamma, price per lot: how far each lot moves the price for good.
        fixed: epsilon, price: half the spread and fees.
        interval: tau, time between two trades; `[n]` where it is another for each of n orders.
    """

    sigma: float
    temporary: float
    permanent: float = 0.0
    fixed: float = 0.0
    interval: float | NDArray[np.float64] = 1.0

    @property
    def adjusted(self) -> float | NDArray[np.float64]:
        """Eta - gamma tau / 2: temporary impact less what the permanent one does meanwhile."""
        return self.temporary - 0.5 * self.permanent * self.interval


def urgency(impact: Impact, risk_aversion: float) -> NDArray[np.float64]:
    """kappa, per unit of time, of discrete trading; `[n]` for n intervals.

    2 (cosh(kappa tau) - 1) / tau^2 = lambda sigma^2 / eta~, below eq. 17. (The limit of short
    intervals, sqrt(lambda sigma^2 / eta), is another number.)

    Raises:
        ConfigError: the temporary impact does not outweigh the permanent one.
    """
    if not np.all(impact.adjusted > 0.0):
        raise ConfigError(
            f"temporary impact ({impact.temporary}) must exceed half the permanent impact of an "
            f"interval ({0.5 * impact.permanent * np.max(impact.interval):g})"
        )
    tau = impact.interval
    ratio = risk_aversion * (impact.sigma * tau) ** 2 / (2.0 * impact.adjusted)
    return np.asarray(np.arccosh(ratio + 1.0) / tau)


def share_held(kappa: ArrayLike, horizon: ArrayLike, elapsed: ArrayLike) -> NDArray[np.float64]:
    """Share of the order that is held after `elapsed` of `horizon`, eq. 17; kappa 0: a line."""
    total = np.asarray(horizon, np.float64)
    left = np.clip(total - np.asarray(elapsed, np.float64), 0.0, None)
    kappa = np.asarray(kappa, np.float64)
    # sinh(a) / sinh(b) without overflow
    up = np.exp(kappa * (left - total)) * -np.expm1(-2.0 * kappa * left)
    down = -np.expm1(-2.0 * kappa * total)
    line = left / np.maximum(total, 1e-300)
    return np.where(down > 0.0, up / np.where(down > 0.0, down, 1.0), line)


def trajectory(
    lots: float, intervals: int, impact: Impact, risk_aversion: float
) -> NDArray[np.float64]:
    """`[intervals + 1]` lots held at the beginning and after each interval."""
    times = np.arange(intervals + 1) * impact.interval
    return lots * share_held(urgency(impact, risk_aversion), times[-1], times)


def expected_cost(held: NDArray[np.float64], impact: Impact) -> float:
    """Mean shortfall of a trajectory, eq. 8 (in money: price x lots)."""
    traded = -np.diff(held)
    return float(
        0.5 * impact.permanent * held[0] ** 2
        + impact.fixed * np.abs(traded).sum()
        + impact.adjusted / impact.interval * (traded**2).sum()
    )


def cost_variance(held: NDArray[np.float64], impact: Impact) -> float:
    """Variance of the shortfall of a trajectory, eq. 5."""
    return float(impact.sigma**2 * impact.interval * (held[1:] ** 2).sum())


@dataclass(frozen=True, slots=True)
class AlmgrenChriss:
    """Take what is behind the paper's schedule.

    Attributes:
        risk_aversion: lambda, per tick-lot.
        temporary_ticks_s: ticks that trading a lot a second faster costs.
        permanent_ticks: ticks by which each lot moves the price for good.
        sigma_ticks: volatility, ticks per square root of a second; None: `calibrated`.
        distances: passive places of the action set; the place after them takes.
        shares: sizes of the action set.

    Raises:
        ConfigError: a parameter is out of range.
    """

    risk_aversion: float = 1e-3
    temporary_ticks_s: float = 0.05
    permanent_ticks: float = 0.0
    sigma_ticks: float | None = None
    distances: int = 4
    shares: int = 5

    def __post_init__(self) -> None:
        """Refuse values for which the formulas mean nothing."""
        for field in ("risk_aversion", "permanent_ticks", "sigma_ticks"):
            value = getattr(self, field)
            if value is not None and not value >= 0.0:
                raise ConfigError(f"strategy.{field}={value} must be a number of at least 0")
        if not self.temporary_ticks_s > 0.0:
            raise ConfigError(
                f"strategy.temporary_ticks_s={self.temporary_ticks_s} must be a number above 0"
            )

    @property
    def name(self) -> str:
        """Short name for tables and file names."""
        return "almgren_chriss"

    def calibrated(self, sample: MarketSample) -> "AlmgrenChriss":
        """The same rule with the volatility of TRAINING data, where none is given.

        Raises:
            InputError: the sample is too small to estimate it from.
        """
        sigma = self.sigma_ticks
        return replace(self, sigma_ticks=sigma_ticks_per_sqrt_s(sample) if sigma is None else sigma)

    def act(self, view: NDArray[np.void]) -> NDArray[np.int64]:
        """`[n, 2]` actions: take what is behind the schedule.

        Two decisions are as far apart as those to the end of the episode are on average, whatever
        the clock of the environment counts.

        Raises:
            ConfigError: sigma is neither given nor calibrated, or the temporary impact does not
                outweigh the permanent one between two decisions.
        """
        if self.sigma_ticks is None:
            raise ConfigError(
                "almgren_chriss has no sigma_ticks; set it, or call calibrated(sample) on training "
                "data first"
            )
        steps, left = view["steps"], view["steps_left"]
        step_s = np.maximum(view["time_left_ns"], 1) * 1e-9 / np.maximum(left, 1)
        impact = Impact(
            self.sigma_ticks, self.temporary_ticks_s, self.permanent_ticks, interval=step_s
        )
        kappa = urgency(impact, self.risk_aversion)
        held = share_held(kappa, (steps + left) * step_s, (steps + 1) * step_s)
        return child_actions(view, self.distances + 1, behind_schedule(view, held), self.shares)
