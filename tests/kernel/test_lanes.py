"""Thirty-two numbers at once give what one at a time gives."""

import numpy as np
import pytest

from hft_gym.kernel.jit import kernel
from hft_gym.kernel.lanes import LANES, first_bits, lanes_within, lowest_bit, without_lowest

pytestmark = pytest.mark.kernel


@kernel
def look(address, below, above, one, other):
    return lanes_within(address, below, above, one, other)


@kernel
def lowest(bits):
    return lowest_bit(bits)


def test_it_is_one_comparison_a_number():
    random = np.random.default_rng(3)
    numbers = random.integers(-20, 20, 500).astype(np.int32)
    numbers[:4] = [-(2**31), 2**31 - 1, 0, -1]
    for _ in range(200):
        at = int(random.integers(0, numbers.size - LANES + 1))
        bounds = [int(n) for n in random.integers(-25, 25, 6)]
        below, above, one, other = bounds[0], bounds[1], tuple(bounds[2:4]), tuple(bounds[4:])
        found = int(look(numbers.ctypes.data + 4 * at, below, above, one, other))
        for k, n in enumerate(numbers[at : at + LANES].tolist()):
            inside = one[0] <= n <= one[1] or other[0] <= n <= other[1]
            assert (found >> k) & 1 == (n <= below or n >= above or inside)
        assert found >> LANES == 0


def test_bounds_at_the_ends_of_the_numbers():
    numbers = np.array([-(2**31), 2**31 - 1] * (LANES // 2), np.int32)
    address = numbers.ctypes.data
    assert look(address, -(2**31), 2**31 - 1, (1, 0), (1, 0)) == 2**LANES - 1
    assert look(address, -(2**31), 0, (1, 0), (1, 0)) == 2**LANES - 1
    assert look(address, -(2**30), 2**31 - 1, (1, 0), (1, 0)) == 2**LANES - 1


@kernel
def walk(bits, count):
    places = 0
    bits = first_bits(bits, count)
    while bits:
        places = 100 * places + lowest_bit(bits)
        bits = without_lowest(bits)
    return places


def test_a_walk_over_bits():
    assert walk(np.uint64(0b1011_0010), 7) == 10405
    assert walk(np.uint64(0b1011_0010), 4) == 1
    assert walk(np.uint64(0), 32) == 0


def test_the_lowest_bit():
    assert [lowest(np.uint64(bits)) for bits in (1, 2, 12, 2**31, 2**63)] == [0, 1, 2, 31, 63]
    assert lowest(np.uint64(0)) == 64
