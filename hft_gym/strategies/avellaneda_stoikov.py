"""Avellaneda & Stoikov (2008), "High-frequency trading in a limit order book".

Quantitative Finance 8(3), 217-224; equation numbers below are the paper's. Here in ticks, lots and
seconds.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hft_gym.errors import ConfigError
from hft_gym.strategies.base import quotes_at
from hft_gym.strategies.calibration import MarketSample, decay_per_tick, sigma_ticks_per_sqrt_s


def reservation_price(
    mid: ArrayLike, position: ArrayLike, gamma: float, sigma: float, left: ArrayLike
) -> NDArray[np.float64]:
    """Price at which one more lot is a matter of indifference: s - q gamma sigma^2 (T-t), eq. 8.

    Args:
        mid: price s, in any unit of price.
        position: lots q held.
        gamma: risk aversion, per (unit of price x lot).
        sigma: volatility, in units of price per square root of a unit of time.
        left: time T-t to the end, in units of time.
    """
    lean = gamma * sigma**2 * np.asarray(left, np.float64)
    return np.asarray(mid, np.float64) - np.asarray(position, np.float64) * lean


def optimal_spread(gamma: float, sigma: float, k: float, left: ArrayLike) -> NDArray[np.float64]:
    """TOTAL spread round the reservation price: gamma sigma^2 (T-t) + (2/gamma) ln(1+gamma/k).

    Args:
        gamma: risk aversion, per (unit of price x lot).
        sigma: volatility, in units of price per square root of a unit of time.
        k: decay of the fill intensity A exp(-k depth), per unit of price.
        left: time T-t to the end, in units of time.
    """
    risk = gamma * sigma**2 * np.asarray(left, np.float64)
    return risk + 2.0 / gamma * math.log1p(gamma / k)


@dataclass(frozen=True, slots=True)
class AvellanedaStoikov:
    """Quote the paper's spread round the reservation price, never better than the touch.

    Attributes:
        gamma: risk aversion, per (tick x lot).
        sigma_ticks: volatility of the mid, in ticks per square root of a second; `calibrated`.
        k_per_tick: decay of the fill intensity with depth, per tick; `calibrated`.
        horizon_s: T-t as a constant, for markets without an end; None: the episode's time left.
        n_offsets: offsets of the action set; the action of this number means "no quote".

    Raises:
        ConfigError: a parameter is out of range.
    """

    gamma: float = 0.02
    sigma_ticks: float | None = None
    k_per_tick: float | None = None
    horizon_s: float | None = None
    n_offsets: int = 6

    def __post_init__(self) -> None:
        """Refuse values for which the formulas mean nothing."""
        positive = {"gamma": self.gamma, "k_per_tick": self.k_per_tick}
        not_negative = {"sigma_ticks": self.sigma_ticks, "horizon_s": self.horizon_s}
        for field, value in positive.items():
            if value is not None and not value > 0.0:
                raise ConfigError(f"strategy.{field}={value} must be a number above 0")
        for field, value in not_negative.items():
            if value is not None and not value >= 0.0:
                raise ConfigError(f"strategy.{field}={value} must be a number of at least 0")

    @property
    def name(self) -> str:
        """Short name for tables and file names."""
        return "avellaneda_stoikov"

    def calibrated(self, sample: MarketSample) -> "AvellanedaStoikov":
        """The same rule with the parameters that were left open estimated from TRAINING data.

        Raises:
            InputError: the sample is too small to estimate them from.
        """
        sigma, k = self.sigma_ticks, self.k_per_tick
        return replace(
            self,
            sigma_ticks=sigma_ticks_per_sqrt_s(sample) if sigma is None else sigma,
            k_per_tick=decay_per_tick(sample) if k is None else k,
        )

    def act(self, view: NDArray[np.void]) -> NDArray[np.int64]:
        """`[n, 2]` actions: the paper's quotes, the bid rounded down and the ask up.

        Raises:
            ConfigError: sigma or k is neither given nor calibrated.
        """
        if self.sigma_ticks is None or self.k_per_tick is None:
            raise ConfigError(
                "avellaneda_stoikov has no sigma_ticks or no k_per_tick; "
                "set both, or call calibrated(sample) on training data first"
            )
        left_s = view["time_left_ns"] * 1e-9 if self.horizon_s is None else self.horizon_s
        mid_ticks = (view["bid_ticks"].astype(np.int64) + view["ask_ticks"]) / 2.0
        centre_ticks = reservation_price(
            mid_ticks, view["position_lots"], self.gamma, self.sigma_ticks, left_s
        )
        half_ticks = optimal_spread(self.gamma, self.sigma_ticks, self.k_per_tick, left_s) / 2.0
        bid_ticks = np.floor(centre_ticks - half_ticks)
        ask_ticks = np.ceil(centre_ticks + half_ticks)
        return quotes_at(view, bid_ticks, ask_ticks, self.n_offsets)
