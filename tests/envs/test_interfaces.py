"""Which parts an environment is made of, and what is said of a wrong one."""

import pytest

from hft_gym.envs.actions.touch_quotes import TouchQuotes
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.execution import MODELS as EXECUTION
from hft_gym.envs.interfaces import (
    Models,
    Room,
    check_parts,
    record_of,
    room_of,
    set_targets,
    step_reward,
)
from hft_gym.envs.order_entry import MODELS as ORDER_ENTRY
from hft_gym.envs.records import ENV_DTYPE
from hft_gym.envs.rewards.inventory_penalty import InventoryPenalty
from hft_gym.envs.rewards.pnl import Pnl
from hft_gym.envs.tasks.flat_at_end import FlatAtEnd
from hft_gym.envs.trading import MODELS as TRADING
from hft_gym.errors import ConfigError
from hft_gym.features.own import QueueAhead, QueueBehind, QuoteDistance
from hft_gym.features.own_orders import (
    LastAnswer,
    OrderDistance,
    OrderLots,
    OrderQueue,
    OrderState,
    RankedQueue,
    ShareLeft,
)


def test_who_implements_what():
    assert set_targets.implemented_by(TouchQuotes)
    assert step_reward.implemented_by(Pnl)
    assert step_reward.implemented_by(InventoryPenalty)
    assert not step_reward.implemented_by(TouchQuotes)


def test_parts_in_the_wrong_place_are_named():
    with pytest.raises(TypeError, match="TouchQuotes does not implement step_reward"):
        step_reward(TouchQuotes(), None)
    with pytest.raises(TypeError, match="Pnl does not implement set_targets"):
        set_targets(Pnl(), None, None)


def test_models_are_values():
    assert Models(*MODELS) == MODELS
    assert MODELS._replace(reward=Pnl()) != MODELS


def test_who_asks_for_nothing_gets_the_usual_record():
    assert record_of(MODELS) is ENV_DTYPE
    assert record_of(MODELS._replace(task=FlatAtEnd())) is ENV_DTYPE
    wide = record_of(EXECUTION)
    assert wide["trader"]["orders"].shape == (1,)
    assert "start_position_lots" in wide["task"].names
    assert room_of(MODELS.reward) == Room()


def test_parts_that_read_what_the_task_does_not_keep_are_named():
    for part in ({"own_features": (ShareLeft(),)}, {"action": EXECUTION.action}):
        with pytest.raises(ConfigError, match=r"reads task.start_position_lots, which neither"):
            check_parts(MODELS._replace(**part), 10)
    check_parts(EXECUTION, 10)
    check_parts(MODELS, 10)


OF_A_SLOT = (OrderLots, OrderDistance, OrderQueue, OrderState, LastAnswer)
BEHIND = [(MODELS, f(slot)) for f in OF_A_SLOT for slot in (2, 5, -1)]
BEHIND += [(TRADING, f(-1)) for f in (QueueAhead, QueueBehind, QuoteDistance)]


@pytest.mark.parametrize(("models", "feature"), BEHIND)
def test_features_of_orders_that_there_cannot_be_are_named(models, feature):
    name = type(feature).__name__
    with pytest.raises(ConfigError, match=rf"{name}\(.*reads the order in slot .* has slots 0 to"):
        check_parts(models._replace(own_features=(feature,)), 10)


def test_features_of_orders_that_there_can_be_are_taken():
    of_two = [f(slot) for f in OF_A_SLOT for slot in (0, 1)]
    of_two += [f(side) for f in (QueueAhead, QueueBehind, QuoteDistance) for side in (1, -1)]
    check_parts(MODELS._replace(own_features=tuple(of_two)), 10)
    of_any = (RankedQueue(1, 9),)  # no order has the rank: no quote is shown
    for models, features in ((TRADING, (QueueAhead(1), *of_any)), (MODELS, of_any)):
        check_parts(models._replace(own_features=features), 10)
    for models in (EXECUTION, ORDER_ENTRY, TRADING):
        check_parts(models, 10)
