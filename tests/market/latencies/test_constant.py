"""The same delay whenever and for whom."""

import numpy as np
import pytest

from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import entry_delay_ns, response_delay_ns
from hft_gym.market.latencies.constant import ConstantLatency
from hft_gym.market.records import TRADER_DTYPE

pytestmark = pytest.mark.kernel


@kernel
def delays(model, ts_ns, traders):
    entry = entry_delay_ns(model, ts_ns, traders[0])
    return entry, response_delay_ns(model, ts_ns, traders[0])


def test_constant():
    traders = np.zeros(1, TRADER_DTYPE)
    model = ConstantLatency(entry_ns=120_000, response_ns=90_000)
    for ts_ns in (0, 1_700_000_000_000_000_000):
        assert delays(model, ts_ns, traders) == (120_000, 90_000)
    assert not traders["random_state"].any()  # it draws nothing


def test_nobody_trades_without_delay_by_default():
    assert min(ConstantLatency()) > 0
