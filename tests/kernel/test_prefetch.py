"""A prefetch changes nothing and reads nothing, whatever the address."""

import numpy as np
import pytest

from hft_gym.kernel.address import LINE
from hft_gym.kernel.jit import kernel
from hft_gym.kernel.prefetch import prefetch

pytestmark = pytest.mark.kernel


@kernel
def warm(numbers, address):
    for offset in range(0, numbers.size * 8, LINE):
        prefetch(address + offset)
    prefetch(0)
    prefetch(address + (1 << 44))  # nobody's memory
    return numbers.sum()


def test_it_runs_and_changes_nothing():
    numbers = np.arange(100)
    assert warm(numbers, numbers.ctypes.data) == 4950
    assert np.array_equal(numbers, np.arange(100))
    assert prefetch(0) is None
