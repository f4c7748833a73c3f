"""What a model of the market may decide, and who does."""

from typing import NamedTuple

import pytest

from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import (
    MarketModels,
    entry_delay_ns,
    fee_microticks,
    lots_ahead_gone,
    response_delay_ns,
)
from hft_gym.market.latencies.constant import ConstantLatency
from hft_gym.market.queues.fifo import Fifo


class Nothing(NamedTuple):
    """A model that decides nothing."""


def test_the_models_at_hand_implement_their_interface():
    assert entry_delay_ns.implemented_by(ConstantLatency)
    assert response_delay_ns.implemented_by(ConstantLatency)
    assert fee_microticks.implemented_by(PerLot)
    assert lots_ahead_gone.implemented_by(Fifo)


@pytest.mark.parametrize(
    ("interface", "arguments"),
    [
        (entry_delay_ns, (0, None)),
        (response_delay_ns, (0, None)),
        (fee_microticks, (100, 1, True)),
        (lots_ahead_gone, (None, 0, 1, 1)),
    ],
)
def test_a_model_of_another_kind_is_told_what_it_lacks(interface, arguments):
    with pytest.raises(TypeError, match=f"Nothing does not implement {interface.__name__}"):
        interface(Nothing(), *arguments)


def test_models_are_values():
    one = MarketModels(ConstantLatency(1, 2), Fifo(), PerLot(0.1, 0.2))
    assert one == MarketModels(ConstantLatency(1, 2), Fifo(), PerLot(0.1, 0.2))
    assert hash(one) == hash(one._replace(queue=Fifo()))
