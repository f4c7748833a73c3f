"""A share of the notional."""

import pytest

from hft_gym.market.fees.basis_points import BasisPoints
from hft_gym.market.interfaces import fee_microticks
from tests.market.fees.samples import check_twins, trader

pytestmark = pytest.mark.kernel


def test_basis_points_equal_their_slow_twin():
    fees, is_maker = check_twins(BasisPoints(maker_bps=-0.25, taker_bps=5.0))
    assert fees[is_maker].max() <= 0  # a rebate
    assert fees[~is_maker].min() >= 0


def test_a_tenth_of_a_per_cent():
    # 2 lots at 30 000 ticks: 60 000 ticks change hands, 60 of them are the fee
    model = BasisPoints(10.0, 10.0)
    assert fee_microticks(model, trader()[0], 30_000, 2, False) == 60_000_000
    assert fee_microticks(model, trader()[0], 30_000, 2, True) == 60_000_000
    assert fee_microticks(model, trader()[0], -30_000, 2, True) == 60_000_000
