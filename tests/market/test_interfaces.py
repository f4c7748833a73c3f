"""What a model of the market may decide, and who does."""

from typing import NamedTuple

import pytest

from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import (
    MarketModels,
    delay_ns,
    fee_microticks,
    lots_ahead_gone,
)
from hft_gym.market.latencies.constant import Constant, constant_latency
from hft_gym.market.queues.fifo import Fifo


class Nothing(NamedTuple):
    """A model that decides nothing."""


def test_the_models_at_hand_implement_their_interface():
    assert delay_ns.implemented_by(Constant)
    assert fee_microticks.implemented_by(PerLot)
    assert lots_ahead_gone.implemented_by(Fifo)


@pytest.mark.parametrize(
    ("interface", "arguments"),
    [
        (delay_ns, (None, None, 0, 1)),
        (fee_microticks, (None, 100, 1, True)),
        (lots_ahead_gone, (None, 0, 1, 1)),
    ],
)
def test_a_model_of_another_kind_is_told_what_it_lacks(interface, arguments):
    with pytest.raises(TypeError, match=f"Nothing does not implement {interface.__name__}"):
        interface(Nothing(), *arguments)


def test_models_are_values():
    one = MarketModels(constant_latency(1, 2), Fifo(), PerLot(0.1, 0.2))
    assert one == MarketModels(constant_latency(1, 2), Fifo(), PerLot(0.1, 0.2))
    assert hash(one) == hash(one._replace(queue=Fifo()))
