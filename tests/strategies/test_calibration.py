"""Volatility and decay come back from data made with known ones."""

import numpy as np
import pytest

from hft_gym.errors import InputError
from hft_gym.strategies.calibration import MarketSample, decay_per_tick, sigma_ticks_per_sqrt_s

SECOND_NS = 1_000_000_000
NO_TRADES = (np.zeros(0, np.int64), np.zeros(0, np.int32))


def walk(step_ns: int, sigma: float, steps: int = 40_000) -> tuple[np.ndarray, np.ndarray]:
    """Times and mids of a Gaussian walk with `sigma` ticks per root second."""
    random = np.random.default_rng(2)
    moves = random.normal(0.0, sigma * np.sqrt(step_ns / SECOND_NS), steps)
    return np.arange(steps) * step_ns, 1000.0 + np.cumsum(moves)


@pytest.mark.parametrize("step_ns", [100_000_000, SECOND_NS, 5 * SECOND_NS])
def test_sigma_of_a_walk(step_ns: int) -> None:
    t_ns, mid_ticks = walk(step_ns, 1.7)
    got = sigma_ticks_per_sqrt_s(MarketSample(t_ns, mid_ticks, *NO_TRADES))
    assert got == pytest.approx(1.7, rel=0.05)


def test_sigma_skips_nights_and_empty_books() -> None:
    t_ns, mid_ticks = walk(SECOND_NS, 1.0, 5_000)
    alone = sigma_ticks_per_sqrt_s(MarketSample(t_ns, mid_ticks, *NO_TRADES))
    t_two = np.concatenate([t_ns, t_ns + 86_400 * SECOND_NS])
    mid_two = np.concatenate([mid_ticks, mid_ticks + 10_000.0])
    two = sigma_ticks_per_sqrt_s(MarketSample(t_two, mid_two, *NO_TRADES))
    assert two == pytest.approx(alone)
    mid_two[100] = np.nan
    assert np.isfinite(sigma_ticks_per_sqrt_s(MarketSample(t_two, mid_two, *NO_TRADES)))


def test_sigma_needs_two_decisions() -> None:
    with pytest.raises(InputError, match=r"strategy\.sigma_ticks"):
        sigma_ticks_per_sqrt_s(MarketSample(np.array([1]), np.array([1.0]), *NO_TRADES))


def trades(depth_ticks: np.ndarray) -> MarketSample:
    """A still mid of 100.5 and a trade per second, bought or sold, at the given depths."""
    count = len(depth_ticks)
    t_ns = np.arange(count + 1) * SECOND_NS
    side = np.where(np.arange(count) % 2, 1, -1)
    px_ticks = (100.5 + side * depth_ticks).astype(np.int32)
    return MarketSample(t_ns, np.full(count + 1, 100.5), t_ns[:-1] + 1, px_ticks)


def test_decay_of_geometric_depths() -> None:
    levels = np.random.default_rng(4).geometric(1.0 - np.exp(-1.2), 50_000) - 1
    sample = trades(0.5 + levels)
    assert decay_per_tick(sample) == pytest.approx(1.2, rel=0.04)


def test_prints_of_one_moment_are_one_aggressor_at_the_deepest_price() -> None:
    sample = trades(0.5 + (np.arange(400) % 4 == 0))  # a quarter reach one tick further
    prints = MarketSample(
        sample.decision_t_ns,
        sample.mid_ticks,
        np.repeat(sample.trade_t_ns, 3),
        np.stack([np.full(400, 100), np.full(400, 101), sample.trade_px_ticks], 1).ravel(),
    )
    assert decay_per_tick(prints) == pytest.approx(decay_per_tick(sample))


def test_order_of_trades_and_old_mids_do_not_matter() -> None:
    sample = trades(0.5 + (np.arange(400) % 4 == 0))
    shuffled = np.random.default_rng(0).permutation(400)
    early = np.array([sample.decision_t_ns[-1] + 3_600 * SECOND_NS])  # of the next day
    other = MarketSample(
        sample.decision_t_ns,
        sample.mid_ticks,
        np.concatenate([sample.trade_t_ns[shuffled], early]),
        np.concatenate([sample.trade_px_ticks[shuffled], [9_000]]).astype(np.int32),
    )
    assert decay_per_tick(other) == decay_per_tick(sample)


def test_one_depth_gives_a_steep_decay_and_no_trades_an_error() -> None:
    assert decay_per_tick(trades(np.full(100, 0.5))) == pytest.approx(2 * np.log(100))
    with pytest.raises(InputError, match=r"hold 0 trades.*strategy\.k_per_tick"):
        decay_per_tick(MarketSample(np.arange(3), np.zeros(3), *NO_TRADES))
