"""Sixteen numbers at once give what one at a time gives."""

import numpy as np
import pytest

from hft_gym.kernel.jit import kernel
from hft_gym.kernel.lanes import (
    LANES,
    WIDE,
    add_moves,
    bits_from,
    first_bits,
    highest_bit,
    lanes_beyond,
    lanes_within,
    losses_of_older,
    lowest_bit,
    moved_at,
    without_lowest,
)

pytestmark = pytest.mark.kernel


@kernel
def beyond(address, below, above):
    return lanes_beyond(address, below, above)


@kernel
def within(address, low, high):
    return lanes_within(address, low, high)


@kernel
def losses(bits, places, keys, moves, place, key):
    return losses_of_older(bits, places, keys, moves, place, key)


@kernel
def moved(out, start, places, moves, count, first, mask):
    return add_moves(out, start, places, moves, count, first, mask)


@kernel
def grown(places, moves, count, place, mask):
    return moved_at(places, moves, count, place, mask)


@kernel
def ends(bits):
    return lowest_bit(bits), highest_bit(bits)


def some_numbers(random, count, low=-20, high=20):
    numbers = random.integers(low, high, count).astype(np.int32)
    numbers[:2] = [-(2**31), 2**31 - 1]
    return numbers


def test_it_is_one_comparison_a_number():
    random = np.random.default_rng(3)
    numbers = some_numbers(random, 500)
    for _ in range(200):
        at = int(random.integers(0, numbers.size - LANES + 1))
        low, high = (int(n) for n in random.integers(-25, 25, 2))
        address = numbers.ctypes.data + 4 * at
        out, inside = int(beyond(address, low, high)), int(within(address, low, high))
        for k, n in enumerate(numbers[at : at + LANES].tolist()):
            assert (out >> k) & 1 == (n <= low or n >= high)
            assert (inside >> k) & 1 == (low <= n <= high)
        assert out >> LANES == inside >> LANES == 0


def test_bounds_at_the_ends_of_the_numbers():
    numbers = np.array([-(2**31), 2**31 - 1] * (LANES // 2), np.int32)
    address = numbers.ctypes.data
    every, first_of_two = 2**LANES - 1, int("01" * (LANES // 2), 2)
    assert beyond(address, -(2**31), 2**31 - 1) == every
    assert beyond(address, -(2**30), 2**31 - 1) == every
    assert within(address, -(2**31), 2**31 - 1) == every
    assert within(address, -(2**31), 0) == first_of_two


def test_how_much_one_place_grows():
    random = np.random.default_rng(6)
    mask = 15
    for _ in range(300):
        places = (random.integers(0, 8, LANES) + 16 * random.integers(-3, 4, LANES)).astype(
            np.int32
        )
        moves = random.integers(-9, 10, LANES).astype(np.int32)
        count, place = int(random.integers(0, LANES + 1)), int(random.integers(0, 8))
        expected = sum(int(moves[k]) for k in range(count) if int(places[k]) & mask == place)
        found = grown(places.ctypes.data, moves.ctypes.data, count, place, mask)
        assert found == expected


def test_losses_count_the_older_at_one_place():
    random = np.random.default_rng(5)
    found = 0
    for _ in range(200):
        places, keys = random.integers(0, 4, (2, LANES)).astype(np.int32)
        moves = random.integers(-(2**31), 2**31 - 1, LANES).astype(np.int32)
        bits, place, key = int(random.integers(0, 2**LANES)), 2, int(random.integers(0, 5))
        expected = sum(
            -int(moves[k])
            for k in range(LANES)
            if bits >> k & 1 and places[k] == place and keys[k] < key and moves[k] < 0
        )
        where = (places.ctypes.data, keys.ctypes.data, moves.ctypes.data)
        assert losses(np.uint64(bits), *where, place, key) == expected
        found += expected > 2**31
    assert found > 5  # sums that would not fit a number


def test_moves_are_added_where_they_belong():
    random = np.random.default_rng(6)
    mask, first = 63, 7
    for count in range(LANES + 1):
        numbers = random.integers(0, 9, WIDE).astype(np.int32)
        places = random.integers(-128, 128, LANES).astype(np.int32)
        moves = random.integers(-5, 6, LANES).astype(np.int32)
        expected = numbers.copy()
        for k in range(count):
            at = (int(places[k]) & mask) - first
            if 0 <= at < WIDE:
                expected[at] += moves[k]
        out = np.full(WIDE + 2, 77, np.int32)
        where = (numbers.ctypes.data, places.ctypes.data, moves.ctypes.data)
        shown = int(moved(out.ctypes.data + 4, *where, count, first, mask))
        assert np.array_equal(out[1:-1], expected)
        assert out[0] == out[-1] == 77
        assert [shown >> k & 1 for k in range(WIDE)] == (expected > 0).tolist()


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


@kernel
def from_place(bits, first):
    return bits_from(bits, first)


def test_bits_from_a_place():
    assert [from_place(np.uint64(0b1011), k) for k in range(5)] == [0b1011, 0b1010, 8, 8, 0]


def test_the_lowest_and_the_highest_bit():
    for bits in (1, 2, 12, 2**31, 2**63, 2**63 + 1, 0b101000):
        assert ends(np.uint64(bits)) == ((bits & -bits).bit_length() - 1, bits.bit_length() - 1)
    assert ends(np.uint64(0)) == (64, -1)
