"""A ring holds the latest numbers, whatever has gone before."""

from collections import deque

import numpy as np
import pytest

from hft_gym.features.rings import held, latest, mean_and_std, push, regression_slope

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize("size", [1, 2, 5])
def test_it_holds_the_latest(size):
    state, expected = np.zeros(size + 4), deque(maxlen=size)
    state[0] = state[-2:] = 77.0  # not the ring's
    for number in np.random.default_rng(size).normal(size=4 * size + 3):
        push(state, 1, size, number)
        expected.append(number)
        assert held(state, 1, size) == len(expected)
        found = [latest(state, 1, size, back) for back in range(len(expected))]
        assert found == list(expected)[::-1]
        for count in range(1, len(expected) + 1):
            recent = list(expected)[-count:]
            moments = (np.mean(recent), np.std(recent))
            assert mean_and_std(state, 1, size, count) == pytest.approx(moments)
    assert state[0] == state[-1] == state[-2] == 77.0


def test_the_slope_of_one_on_another():
    random, state = np.random.default_rng(3), np.zeros(22)
    x, y = random.normal(size=30), random.normal(size=30)
    assert regression_slope(state, 0, 11, 10) == 0.0
    for a, b in zip(x, y, strict=True):
        push(state, 0, 10, a)
        push(state, 11, 10, b)
    expected = np.polyfit(x[-10:], y[-10:], 1)[0]
    assert regression_slope(state, 0, 11, 10) == pytest.approx(expected)


def test_kyles_lambda():
    """Kyle (1985): sigma_v = 2, sigma_u = 5 give a price impact of 0.2."""
    number = 4_000
    random, state = np.random.default_rng(8), np.zeros(2 * (number + 1))
    value, noise = random.normal(0, 2, number), random.normal(0, 5, number)
    flow = 5 / 2 * value + noise  # the insider trades sigma_u / sigma_v of what he knows
    for x, y in zip(flow, value, strict=True):
        push(state, 0, number, x)
        push(state, number + 1, number, y)
    found = regression_slope(state, 0, number + 1, number)
    rest = value - 0.2 * flow
    standard_error = rest.std() / flow.std() / np.sqrt(number)
    assert abs(found - 0.2) < 4 * standard_error < 0.02
