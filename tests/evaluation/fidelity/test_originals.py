"""A queue model that does not know of the order which ours replaces."""

from typing import NamedTuple

import numpy as np
import pytest

from hft_gym.evaluation.fidelity.originals import WithoutOriginal, with_original
from hft_gym.kernel.jit import kernel
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import (
    MarketModels,
    lots_ahead_gone,
    needs_level_lots,
    share_of_print,
)
from hft_gym.market.latencies.constant import constant_latency
from hft_gym.market.queues.fifo import Fifo
from hft_gym.market.records import ORDER_DTYPE

pytestmark = pytest.mark.kernel


class Echo(NamedTuple):
    """Answers with what it is told."""

    key: bool = False


@lots_ahead_gone.implement(Echo)
def _gone(model, order, queue_key, lots, level_lots):
    return queue_key if model.key else level_lots


@share_of_print.implement(Echo)
def _share(model, order, remaining_lots, ahead_lots, level_lots):
    return level_lots


@needs_level_lots.implement(Echo)
def _needs(model):
    return True


@kernel
def asked(model, order, queue_key, lots, level_lots):
    return (
        lots_ahead_gone(model, order, queue_key, lots, level_lots),
        share_of_print(model, order, lots, 0, level_lots),
        needs_level_lots(model),
    )


@pytest.fixture
def order():
    record = np.zeros(1, ORDER_DTYPE)[0]
    record["arrival_row"], record["leaves_lots"] = 50, 2
    return record


def test_the_level_without_the_original(order):
    assert asked(WithoutOriginal(Echo(), False, 3), order, 40, 1, 10) == (7, 7, True)
    assert asked(WithoutOriginal(Echo(), False, 3), order, 40, 1, 2) == (0, 0, True)
    assert asked(WithoutOriginal(Echo(), False, 3), order, 40, 1, -1)[0] == -1


def test_keys_are_hidden_from_models_of_levels(order):
    assert asked(WithoutOriginal(Echo(True), True, 3), order, 40, 1, 10)[0] == 40
    assert asked(WithoutOriginal(Echo(True), False, 3), order, 40, 1, 10)[0] == -1


def test_the_original_itself_moves_nobody(order):
    assert asked(WithoutOriginal(Echo(), False, 3), order, 50, 1, 10)[0] == 0


def test_the_exact_model_is_as_it_was(order):
    for key, gone in ((40, 1), (60, 0)):
        assert asked(WithoutOriginal(Fifo(), True, 3), order, key, 1, -1) == (gone, 1, False)


def test_lots_of_the_original_change_in_a_kernel():
    models = MarketModels(
        constant_latency(0, 0), WithoutOriginal(Fifo(), True, 0), PerLot(0.0, 0.0)
    )
    assert with_original(models, 4).queue == WithoutOriginal(Fifo(), True, 4)
    assert with_original(models, 4)._replace(queue=models.queue) == models
