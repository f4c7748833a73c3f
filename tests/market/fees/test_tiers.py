"""Who trades more pays less."""

import pytest

from hft_gym.errors import ConfigError
from hft_gym.market.fees.basis_points import BasisPoints
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.fees.tiers import Tiers
from hft_gym.market.interfaces import fee_microticks
from tests.market.fees.samples import check_twins, trader

pytestmark = pytest.mark.kernel

MIXED = Tiers(BasisPoints(1.0, 5.0), PerLot(0.1, 0.2), PerLot(-0.1, 0.05), 100, 200, 50)


@pytest.mark.parametrize("traded_lots", [0, 49, 50, 149, 150, 10_000])
@pytest.mark.parametrize("model", [Tiers(), MIXED], ids=["lots", "mixed"])
def test_tiers_equal_their_slow_twin(model, traded_lots):
    check_twins(model, traded_lots)


def test_a_fill_pays_by_the_tier_in_which_it_begins():
    model = Tiers(PerLot(3, 3), PerLot(2, 2), PerLot(1, 1), 10, 20)
    paid = [
        fee_microticks(model, trader(lots_traded=n)[0], 100, 5, True) // 5_000_000
        for n in (0, 9, 10, 19, 20, 500)
    ]
    assert paid == [3, 3, 2, 2, 1, 1]


@pytest.mark.parametrize("volumes", [(0, 5, 0), (9, 5, 0), (1, 5, -1)])
def test_volumes_that_do_not_rise(volumes):
    with pytest.raises(ConfigError, match="second_from_lots"):
        Tiers(PerLot(), PerLot(), PerLot(), *volumes).check()
    Tiers().check()
