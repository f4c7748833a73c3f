"""First come, first served, by number of row."""

import numpy as np
import pytest

from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import lots_ahead_gone
from hft_gym.market.queues.fifo import Fifo
from hft_gym.market.records import ORDER_DTYPE

pytestmark = pytest.mark.kernel


@kernel
def gone(model, orders, queue_key, lots, level_lots):
    return lots_ahead_gone(model, orders[0], queue_key, lots, level_lots)


@pytest.mark.parametrize(("queue_key", "expected"), [(0, 4), (49, 4), (50, 0), (51, 0), (900, 0)])
def test_only_who_came_before_us_brings_us_forward(queue_key, expected):
    orders = np.zeros(1, ORDER_DTYPE)
    orders["arrival_row"] = 50  # rows before 50 were there when ours arrived
    assert gone(Fifo(), orders, queue_key, 4, 10) == expected
    assert gone(Fifo(), orders, queue_key, 4, 0) == expected  # whatever the level shows
