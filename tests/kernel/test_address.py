"""Columns by address, in plain Python and compiled."""

import mmap

import numpy as np
import pytest

from hft_gym.kernel.address import LARGE_PAGE, LINE, address_of, aligned_zeros, column, unowned
from hft_gym.kernel.jit import kernel

pytestmark = pytest.mark.kernel


@kernel
def double(address, length):
    numbers = column(address, length, np.int32)
    total = 0
    for k in range(length):
        total += numbers[k]
        numbers[k] *= 2
    return total


def test_a_kernel_reads_and_writes_where_the_address_points():
    numbers = np.arange(7, dtype=np.int32)
    assert double(address_of(numbers), 7) == 21
    assert numbers.tolist() == [0, 2, 4, 6, 8, 10, 12]
    assert double(address_of(numbers) + 4 * 5, 2) == 22
    assert numbers.tolist() == [0, 2, 4, 6, 8, 20, 24]


def test_python_sees_the_same_memory():
    numbers = np.arange(5, dtype=np.int64)
    here = column(address_of(numbers), 5, np.int64)
    here[2] = 99
    assert numbers.tolist() == [0, 1, 99, 3, 4]
    assert np.shares_memory(here, numbers)


@kernel
def add_one(rows):
    here = unowned(rows)
    for k in range(here.size):
        here[k]["n"] += 1
    return here.size


def test_an_unowned_array_is_the_same_memory():
    rows = np.zeros(3, [("n", "i8"), ("x", "f4")])
    rows["n"] = [5, 6, 7]
    assert add_one(rows) == 3
    assert rows["n"].tolist() == [6, 7, 8]


def test_an_array_with_gaps_has_no_address():
    with pytest.raises(ValueError, match="contiguous"):
        address_of(np.arange(10)[::2])
    with pytest.raises(ValueError, match="contiguous"):
        address_of(np.zeros((3, 4))[:, 1])


def test_aligned_memory_begins_with_a_line():
    pairs = np.dtype([("a", "i4"), ("b", "i8")])
    for count in (0, 1, 3, 1000, 300_000):
        numbers = aligned_zeros(count, pairs)
        assert numbers.shape == (count,)
        assert count == 0 or address_of(numbers) % LINE == 0
        assert not numbers["b"].any()
        numbers["b"] = 7
        assert (numbers["b"] == 7).all()


@pytest.mark.skipif(not hasattr(mmap, "MADV_HUGEPAGE"), reason="no system to ask for large pages")
def test_much_memory_begins_with_a_large_page(monkeypatch):
    assert address_of(aligned_zeros(LARGE_PAGE, np.uint8)) % LARGE_PAGE == 0
    monkeypatch.setattr(mmap, "MADV_HUGEPAGE", 12_345)  # what the system does not know
    assert not aligned_zeros(LARGE_PAGE, np.uint8).any()
