"""What is shown of single orders, on records written by hand."""

import numpy as np
import pytest

from hft_gym.envs.execution import MODELS as EXECUTION
from hft_gym.envs.interfaces import record_of
from hft_gym.envs.records import env_dtype
from hft_gym.features.interfaces import own_value
from hft_gym.features.own_orders import (
    DecisionsLeft,
    OrderDistance,
    OrderLots,
    OrderQueue,
    OrderState,
    RankedDistance,
    RankedQueue,
    ShareLeft,
    ranked_slot,
)
from hft_gym.market.records import Intent

pytestmark = pytest.mark.kernel

NONE, WORKS, ENDS = Intent.NONE, Intent.WORKING, Intent.CANCELLING
# (side, price, lots, state, lots ahead, messages in flight)
ORDERS = [
    (1, 98, 2, WORKS, 7, 0),
    (-1, 105, 3, WORKS, 4, 1),
    (1, 100, 4, ENDS, 9, 0),
    (1, 98, 5, WORKS, 11, 0),
    (-1, 104, 6, NONE, 1, 0),
]


@pytest.fixture
def env():
    env = np.zeros(1, env_dtype(len(ORDERS)))[0]
    env["bid_ticks"], env["ask_ticks"] = 100, 103
    for slot, (side, px, lots, state, ahead, in_flight) in enumerate(ORDERS):
        intent = env["trader"]["intents"][slot]
        intent["side"], intent["px_ticks"], intent["leaves_lots"] = side, px, lots
        intent["state"], intent["in_flight"] = state, in_flight
        env["trader"]["orders"][slot]["ahead_lots"] = ahead
    return env


def values(env, *features):
    return [own_value(feature, env, 0) for feature in features]


def test_by_slot(env):
    slots = range(len(ORDERS))
    assert values(env, *(OrderLots(k, 1.0) for k in slots)) == [2.0, -3.0, 4.0, 5.0, 0.0]
    assert values(env, *(OrderDistance(k, 1.0) for k in slots)) == [2.0, 2.0, 0.0, 2.0, -1.0]
    assert values(env, *(OrderQueue(k, 1.0) for k in slots)) == [7.0, -1.0, -1.0, 11.0, -1.0]
    assert values(env, *(OrderState(k) for k in slots)) == [1.0, 1.0, 2.0, 1.0, 0.0]


def test_by_rank(env):
    # the best first; of two at one price the one in the earlier slot
    assert [ranked_slot(env, 1, rank) for rank in range(4)] == [2, 0, 3, -1]
    assert [ranked_slot(env, -1, rank) for rank in range(2)] == [1, -1]
    ranks = [(1, 0), (1, 1), (1, 2), (1, 3), (-1, 0), (-1, 1)]
    distances = values(env, *(RankedDistance(side, rank, 1.0) for side, rank in ranks))
    assert distances == [0.0, 2.0, 2.0, -1.0, 2.0, -1.0]
    queues = values(env, *(RankedQueue(side, rank, 1.0) for side, rank in ranks))
    assert queues == [-1.0, 7.0, 11.0, -1.0, -1.0, -1.0]


def test_units(env):
    units = (OrderLots(3, 10.0), OrderDistance(0, 4.0), OrderQueue(0, 14.0))
    assert values(env, *units) == [0.5, 0.5, 0.5]


def test_a_task_in_hand():
    env = np.zeros(1, record_of(EXECUTION))[0]
    env["task"]["start_position_lots"] = -8
    env["trader"]["known_position_lots"] = -2
    env["episode"]["start_decision"], env["decision"], env["end_decision"] = 100, 130, 140
    assert values(env, ShareLeft(), DecisionsLeft()) == [-0.25, 0.25]
    assert ShareLeft().reads() == ("task.start_position_lots",)
