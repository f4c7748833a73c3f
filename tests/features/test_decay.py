"""What lies a half-life back counts half."""

import numpy as np
import pytest

from hft_gym.features.decay import add_faded, faded
from tests.naive import features as naive
from tests.random_tapes import START_NS

pytestmark = pytest.mark.kernel

SECOND_NS = 1_000_000_000


def test_half_lives():
    assert faded(8.0, START_NS, START_NS, 2.0) == 8.0
    assert faded(8.0, START_NS, START_NS + 2 * SECOND_NS, 2.0) == pytest.approx(4.0, rel=1e-12)
    assert faded(8.0, START_NS, START_NS + 6 * SECOND_NS, 2.0) == pytest.approx(1.0, rel=1e-12)
    assert faded(0.0, 0, START_NS, 0.1) == 0.0  # nothing yet, ever so long ago


def test_a_sum_is_that_of_its_parts():
    random = np.random.default_rng(0)
    state, amounts, now = np.zeros(2), [], START_NS
    for _ in range(300):
        now += int(random.exponential(3e7))
        amount = float(random.normal())
        add_faded(state, amount, now, 0.5)
        amounts.append((now, amount))
        later = now + int(random.exponential(1e8))
        expected = naive.faded(amounts, later, 0.5)
        assert faded(state[0], int(state[1]), later, 0.5) == pytest.approx(expected, abs=1e-5)
