import numpy as np
import pytest

from hft_gym.backtest.clock import first_after

pytestmark = pytest.mark.kernel


def test_first_after_is_a_search_from_the_right():
    random = np.random.default_rng(0)
    times = np.sort(random.integers(0, 60, 100))
    for start in (0, 1, 50, 99, 100):
        for ts in range(-1, 62):
            expected = max(start, int(np.searchsorted(times, ts, side="right")))
            assert first_after(times, start, ts) == expected, (start, ts)
