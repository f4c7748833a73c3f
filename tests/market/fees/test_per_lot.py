"""Whole millionths of a tick for each lot."""

import numpy as np
import pytest

from hft_gym.kernel.jit import kernel
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import fee_microticks
from hft_gym.market.records import TRADER_DTYPE
from tests.market.fees.samples import check_twins

pytestmark = pytest.mark.kernel


ME = np.zeros(1, TRADER_DTYPE)[0]


@kernel
def in_kernel(model, trader, px_ticks, lots, is_maker):
    return fee_microticks(model, trader, px_ticks, lots, is_maker)


@pytest.mark.parametrize("fee", [fee_microticks, in_kernel])
def test_makers_and_takers_pay_apart(fee):
    model = PerLot(maker_ticks=-0.02, taker_ticks=0.1)
    assert fee(model, ME, 100, 3, True) == -60_000  # a rebate
    assert fee(model, ME, 100, 3, False) == 300_000
    assert fee(model, ME, 5_000, 3, False) == 300_000  # whatever the price
    assert fee(model, ME, 100, 0, False) == 0


def test_fees_of_parts_add_up():
    # the fee of a lot is rounded, not that of a fill: how an order fills makes no difference
    model = PerLot(maker_ticks=1 / 3)
    one = fee_microticks(model, ME, 100, 1, True)
    assert one == 333_333
    assert fee_microticks(model, ME, 100, 7, True) == 7 * one


def test_per_lot_equals_its_slow_twin():
    check_twins(PerLot(maker_ticks=-0.013, taker_ticks=1 / 3))
