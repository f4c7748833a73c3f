"""The same delay whenever and for whom."""

import numpy as np
import pytest

from hft_gym.kernel.jit import kernel
from hft_gym.market.columns import COLUMNS_DTYPE
from hft_gym.market.interfaces import delay_ns
from hft_gym.market.latencies.constant import Constant, constant_latency
from hft_gym.market.records import TRADER_DTYPE

pytestmark = pytest.mark.kernel


@kernel
def delay(model, tapes, traders, ts_ns, lots):
    return delay_ns(model, tapes[0], traders[0], ts_ns, lots)


def test_constant():
    tapes, traders = np.zeros(1, COLUMNS_DTYPE), np.zeros(1, TRADER_DTYPE)
    for ts_ns in (0, 1_700_000_000_000_000_000):
        for lots in (1, 1_000):
            assert delay(Constant(120_000), tapes, traders, ts_ns, lots) == 120_000
    assert not traders["random_state"].any()  # it draws nothing


def test_fixed_delays_of_every_way():
    latency = constant_latency(3, 4, 5)
    assert [way.ns for way in latency] == [3, 3, 4, 5]


def test_nobody_trades_without_delay_by_default():
    assert Constant().ns > 0
