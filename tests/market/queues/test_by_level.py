"""What all models of levels share."""

from typing import NamedTuple

import numpy as np
import pytest

from hft_gym.market.interfaces import (
    follows_levels,
    lots_ahead_gone,
    needs_orders,
    share_behind,
    share_of_print,
)
from hft_gym.market.queues.by_level import by_level
from hft_gym.market.queues.fifo import Fifo
from hft_gym.market.records import ORDER_DTYPE, Action
from tests.market.compiling import uncompiled
from tests.market.queues.samples import BY_LEVEL, desk, name_of

pytestmark = pytest.mark.kernel


@by_level
class Halves(NamedTuple):
    """Half of the cancels stand behind us."""


@share_behind.implement(Halves)
def _share_behind(model, front_lots, back_lots):
    return 0.5


@pytest.mark.parametrize("model", [*BY_LEVEL, Halves()], ids=name_of)
def test_they_see_levels_alone(model):
    order = np.zeros(1, ORDER_DTYPE)[0]
    order["front_lots"], order["leaves_lots"] = 2.4, 9
    assert follows_levels(model)
    assert not needs_orders(model)
    assert lots_ahead_gone(model, order, -1, 5, 5) == 0
    assert [share_of_print(model, order, lots, 3, -1) for lots in (1, 2, 3, 5)] == [0, 0, 1, 3]
    assert not follows_levels(Fifo())
    assert needs_orders(Fifo())


@uncompiled
def test_a_model_of_the_users_own():
    here = desk(Halves())
    here.add(0.5, 1, 100, 5)  # ten lots
    here.new(0, 1, 1, 100)
    here.add(1.5, 1, 100, 10)
    here.reduce(2, 1, 100, 4, here.keys[100])
    here.run(3)
    assert here.order(0)["front_lots"] == pytest.approx(8.0)
    assert here.order(0)["ahead_lots"] == 8


@uncompiled
def test_a_change_of_price_starts_anew():
    here = desk(Halves())
    here.add(0.5, 1, 99, 7)
    here.new(0, 1, 1, 100)
    here.reduce(2, 1, 100, 4, here.keys[100])
    here.run(2.5)
    assert here.order(0)["front_lots"] < 5
    here.say(Action.MODIFY, 0, 3, 0, 99, 1)
    here.run(4)
    assert here.order(0)["front_lots"] == 7
    assert here.order(0)["level_lots"] == 7
