"""The paper's formulas, its published tables, and the rule over the book."""

import dataclasses

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.strategies.avellaneda_stoikov import (
    AvellanedaStoikov,
    optimal_spread,
    reservation_price,
)
from hft_gym.strategies.calibration import MarketSample
from tests.strategies import paper_model
from tests.strategies.views import view_of

PATHS = 20_000
SECOND_NS = 1_000_000_000

# gamma, inventory strategy?, then mean profit, std of profit, std of final inventory: the exact
# moments of the paper's own model (its printed tables are single Monte Carlo runs)
PUBLISHED = [
    (0.1, True, 64.8925, 6.5432, 2.9268),
    (0.1, False, 68.2228, 13.4558, 8.3994),
    (0.01, True, 68.3996, 8.9606, 5.2125),
    (0.01, False, 68.6661, 13.6775, 8.7117),
]


def std_error(sample: np.ndarray) -> float:
    """Standard error of a standard deviation, whatever the kurtosis."""
    deviation = sample - sample.mean()
    fourth = (deviation**4).mean() / deviation.var() ** 2
    return float(deviation.std() * np.sqrt((fourth - 1.0) / (4.0 * len(sample))))


@pytest.mark.parametrize(("gamma", "skewed", "profit", "profit_std", "position_std"), PUBLISHED)
def test_published_tables(
    gamma: float, skewed: bool, profit: float, profit_std: float, position_std: float
) -> None:
    got = paper_model.simulate(gamma, skewed, PATHS, seed=11)
    error = got.profit.std(ddof=1) / np.sqrt(PATHS)
    assert abs(got.profit.mean() - profit) < 4 * error
    assert abs(got.profit.std(ddof=1) - profit_std) < 4 * std_error(got.profit)
    assert abs(got.position.std(ddof=1) - position_std) < 4 * std_error(got.position)


def test_poisson_fills_earn_a_tenth_less() -> None:
    got = paper_model.simulate(0.1, True, 4_000, 5, paper_model.exponential)
    assert 0.88 < got.profit.mean() / 64.8925 < 0.90


@pytest.mark.parametrize(("gamma", "printed"), [(0.1, 1.49), (0.01, 1.35)])
def test_printed_average_spread(gamma: float, printed: float) -> None:
    average = optimal_spread(gamma, 2.0, 1.5, np.linspace(0.0, 1.0, 101)).mean()
    assert abs(average - printed) < 0.005


def test_reservation_price_leans_against_the_position() -> None:
    got = reservation_price(100.0, np.array([-2, 0, 3]), 0.1, 2.0, 0.5)
    np.testing.assert_allclose(got, [100.4, 100.0, 99.4], rtol=1e-14)


# sigma 0.5, k 1.0, 100 s: q gamma sigma^2 tau = q * 0.25; spread = 0.25 + 200 ln(1.01) = 2.2401
RULE = AvellanedaStoikov(gamma=0.01, sigma_ticks=0.5, k_per_tick=1.0)


def test_bid_is_rounded_down_and_ask_up() -> None:
    view = view_of(3, position_lots=[0, 4, -8], time_left_ns=100 * SECOND_NS)
    # centres 100.5, 99.5, 102.5; half spread 1.12: 99.38/101.62, 98.38/100.62, 101.38/103.62
    assert RULE.act(view).tolist() == [[1, 1], [2, 0], [0, 3]]


def test_horizon_replaces_the_time_left() -> None:
    constant = dataclasses.replace(RULE, horizon_s=100.0)
    late = view_of(1, position_lots=4, time_left_ns=0)
    assert constant.act(late).tolist() == [[2, 0]]
    assert RULE.act(late).tolist() == [[1, 1]]


def test_no_quote_while_a_side_is_empty() -> None:
    assert RULE.act(view_of(1, bid_lots=0)).tolist() == [[6, 6]]


def test_calibration_fills_only_what_was_left_open() -> None:
    t_ns = np.arange(100) * SECOND_NS
    mid_ticks = 100.5 + np.arange(100) % 2  # one tick a second: sigma 1
    trade_t_ns = np.repeat(t_ns[1:], 2) + 1 + np.arange(198) % 2
    touch = np.floor(np.repeat(mid_ticks[1:], 2)).astype(np.int32)
    sample = MarketSample(t_ns, mid_ticks, trade_t_ns, touch)
    open_rule = AvellanedaStoikov(gamma=0.02, k_per_tick=3.0)
    assert open_rule.calibrated(sample) == AvellanedaStoikov(0.02, 1.0, 3.0)
    both = AvellanedaStoikov().calibrated(sample)
    assert both.k_per_tick == pytest.approx(np.log(198) / 0.5)


def test_without_parameters_it_says_what_to_do() -> None:
    with pytest.raises(ConfigError, match="call calibrated"):
        AvellanedaStoikov().act(view_of(1))


@pytest.mark.parametrize(
    "wrong", [{"gamma": 0.0}, {"k_per_tick": -1.0}, {"sigma_ticks": -0.1}, {"horizon_s": -1.0}]
)
def test_values_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=f"strategy.{next(iter(wrong))}"):
        AvellanedaStoikov(**wrong)
