"""What rules are shown of the environments' records."""

import numpy as np
import pytest

from hft_gym.envs.execution import MODELS as EXECUTION
from hft_gym.envs.interfaces import record_of
from hft_gym.envs.records import VIEW_DTYPE, env_dtype
from hft_gym.envs.view import best_of, view_of
from hft_gym.market.records import INTENT_DTYPE, Intent


def intents_of(*rows):
    """`[1, orders]` of (side, price, lots, state)."""
    intents = np.zeros((1, len(rows)), INTENT_DTYPE)
    for k, (side, px, lots, state) in enumerate(rows):
        for name, value in (("side", side), ("px_ticks", px), ("leaves_lots", lots)):
            intents[0, k][name] = value
        intents[0, k]["state"] = state
    return intents


def test_the_best_of_our_orders_is_shown():
    works, ends, none = Intent.WORKING, Intent.CANCELLING, Intent.NONE
    intents = intents_of(
        (1, 100, 2, works), (-1, 105, 3, works), (1, 101, 4, ends), (1, 102, 9, none)
    )
    assert [int(x[0]) for x in best_of(intents, 1)] == [101, 4]
    assert [int(x[0]) for x in best_of(intents, -1)] == [105, 3]


def test_an_order_that_is_gone_is_not_shown_by_its_old_price():
    intents = intents_of((1, 100, 2, Intent.WORKING), (-1, 105, 3, Intent.NONE))
    assert [int(x[0]) for x in best_of(intents, -1)] == [0, 0]
    assert [int(x[0]) for x in best_of(intents_of((-1, 105, 3, Intent.NONE)), 1)] == [0, 0]


@pytest.mark.parametrize("dtype", [env_dtype(), env_dtype(1), record_of(EXECUTION)])
def test_time_and_position(dtype):
    envs = np.zeros(3, dtype)
    envs["end_ns"], envs["ts_local_ns"] = 100, [0, 40, 100]
    envs["end_decision"], envs["decision"] = 30, [20, 25, 30]
    envs["episode"]["steps"] = [0, 5, 10]
    envs["trader"]["known_position_lots"] = [5, 3, 0]
    if "task" in dtype.names:
        envs["task"]["start_position_lots"] = 5
    view = view_of(envs)
    assert view.dtype == VIEW_DTYPE
    assert view["time_left_ns"].tolist() == [100, 60, 0]
    assert view["steps"].tolist() == [0, 5, 10]
    assert view["steps_left"].tolist() == [10, 5, 0]
    assert view["position_lots"].tolist() == [5, 3, 0]
    assert set(view["start_position_lots"]) == ({5} if "task" in dtype.names else {0})
