"""The spread weighed with time, against a loop."""

import numpy as np
import pytest

from hft_gym.commands.support.spread import SpreadOverTime
from tests.dbn_files import UNDEF_PRICE


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_it_is_a_loop(chunk):
    rng = np.random.default_rng(6)
    times = np.cumsum(rng.integers(0, 5, 300))
    bids = rng.integers(95, 105, 300)
    asks = bids + rng.integers(-1, 5, 300)
    bids[rng.random(300) < 0.1] = UNDEF_PRICE
    asks[rng.random(300) < 0.1] = UNDEF_PRICE
    spread = SpreadOverTime(1)
    for first in range(0, 300, chunk):
        spread.add(*(column[first : first + chunk] for column in (times, bids, asks)))
    held = total = one = 0
    lows, highs = [], []
    for k in range(300):
        if UNDEF_PRICE in (bids[k], asks[k]) or bids[k] >= asks[k]:
            continue
        lows.append(bids[k])
        highs.append(asks[k])
        span = times[k + 1] - times[k] if k < 299 else 0
        held, total = held + span, total + span * (asks[k] - bids[k])
        one += span if asks[k] - bids[k] == 1 else 0
    assert spread.tradable_ns == held
    assert spread.mean_e9 == pytest.approx(total / held)
    assert spread.one_tick_share == pytest.approx(one / held)
    assert (spread.low_e9, spread.high_e9) == (min(lows), max(highs))


def test_nothing_to_trade():
    spread = SpreadOverTime(1)
    spread.add(np.array([1, 2]), np.array([5, UNDEF_PRICE]), np.array([5, 7]))
    assert not spread.has_touch
    assert spread.mean_e9 is spread.one_tick_share is None


def test_without_a_tick_there_is_no_share():
    spread = SpreadOverTime(None)
    spread.add(np.array([1, 2]), np.array([5, 5]), np.array([6, 6]))
    assert (spread.mean_e9, spread.one_tick_share) == (1.0, None)
