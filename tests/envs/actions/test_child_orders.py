"""Choices become one child order, passive or aggressive."""

import numpy as np
import pytest

from hft_gym.envs.actions.child_orders import ChildOrders, child_lots
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.execution import MODELS as EXECUTION
from hft_gym.envs.interfaces import carry_out, check_parts, record_of
from hft_gym.envs.records import SETTINGS_DTYPE
from hft_gym.errors import ConfigError
from hft_gym.market.records import Action
from tests.envs.sent import MARKET, TAPE, env_of, sent

pytestmark = pytest.mark.kernel

MODEL = ChildOrders(distances=3, shares=4, reach_ticks=2)
DTYPE = record_of(EXECUTION)
SETTINGS = np.zeros(1, SETTINGS_DTYPE)[0]


def env_holding(lots, start=None, **market):
    env = env_of(DTYPE, position=lots, **market)
    env["task"]["start_position_lots"] = lots if start is None else start
    return env


def act(env, place, share):
    carry_out(MODEL, MARKET, TAPE, env, np.array([place, share]), SETTINGS)
    return sent(env)


@pytest.mark.parametrize(
    ("position", "place", "px"),
    [(8, 1, 103), (8, 3, 105), (8, 4, 98), (-8, 1, 100), (-8, 2, 99), (-8, 4, 105)],
)
def test_places(position, place, px):
    env = env_holding(position)
    side = -1 if position > 0 else 1
    assert act(env, place, 1) == [(Action.NEW, 0, side, px, 4)]
    passive = place < 4
    assert env["trader"]["messages"][0]["post_only"] == passive


def test_waiting_ends_the_child():
    env = env_holding(8)
    assert act(env, 0, 3) == []
    act(env, 1, 3)
    assert act(env, 0, 3) == [(Action.CANCEL, 0, -1, 103, 0)]


def test_what_is_not_a_choice_waits():
    assert act(env_holding(8), 5, 0) == []
    assert act(env_holding(8), -1, 0) == []


def test_sizes_are_shares_of_the_start_and_never_more_than_is_left():
    assert [child_lots(10, 10, k, 4) for k in range(4)] == [3, 5, 8, 10]
    assert [child_lots(10, 4, k, 4) for k in range(4)] == [3, 4, 4, 4]
    assert child_lots(10, 10, 9, 4) == 10
    assert child_lots(10, 10, -3, 4) == 3
    assert act(env_holding(3, start=10), 1, 2) == [(Action.NEW, 0, -1, 103, 3)]
    assert act(env_holding(0, start=10), 4, 3) == []


def test_a_child_keeps_its_place_until_told_otherwise():
    env = env_holding(8)
    act(env, 1, 1)
    assert act(env, 1, 1) == []
    assert act(env, 1, 0) == [(Action.MODIFY, 0, -1, 103, 2)]
    assert act(env, 4, 3) == [(Action.MODIFY, 0, -1, 98, 8)]


def test_nothing_is_sent_while_nobody_can_trade():
    env = env_holding(8)
    env["is_tradable"] = 0
    assert act(env, 1, 3) == []


def test_it_needs_a_task_that_begins_with_a_position():
    with pytest.raises(ConfigError, match=r"ChildOrders reads task.start_position_lots"):
        check_parts(MODELS._replace(action=ChildOrders()), 10)
    check_parts(EXECUTION, 10)


@pytest.mark.parametrize("numbers", [(-1, 5, 2), (4, 0, 2), (4, 5, -1)])
def test_numbers_out_of_range(numbers):
    with pytest.raises(ConfigError, match="action"):
        ChildOrders(*numbers).space()
    assert ChildOrders(4, 5).space().nvec.tolist() == [6, 5]
