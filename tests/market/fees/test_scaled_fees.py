"""Another schedule's fees times a factor that holds for an episode."""

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.kernel.random import seed_states
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.fees.scaled_fees import ScaledFees
from hft_gym.market.interfaces import begin_episode, fee_microticks, message_fee_microticks
from hft_gym.market.records import Action, trader_dtype

pytestmark = pytest.mark.kernel


def test_fees_and_rebates_are_scaled_alike():
    model = ScaledFees(PerLot(-0.1, 0.4), 0.5, 1.5)
    trader = np.zeros(1, trader_dtype(extra=model.trader_fields()))[0]
    trader["random_state"] = seed_states(np.array([3]))[0]
    factors = []
    for _ in range(200):
        begin_episode(model, trader)
        taken = fee_microticks(model, trader, 100, 5, False)
        made = fee_microticks(model, trader, 100, 5, True)
        assert made == pytest.approx(-taken / 4, abs=1)
        factors.append(taken / 2e6)
    assert 0.5 <= min(factors) < 0.53
    assert 1.47 < max(factors) <= 1.5
    assert message_fee_microticks(model, trader, int(Action.NEW)) == 0


@pytest.mark.parametrize("bounds", [(-0.1, 1.0), (2.0, 1.0)])
def test_bounds_that_are_none(bounds):
    with pytest.raises(ConfigError, match="low"):
        ScaledFees(PerLot(), *bounds).check()
    ScaledFees(PerLot()).check()
