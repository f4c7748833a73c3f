"""Messages of a session do not overtake; when an answer is due does not depend on the asking."""

import numpy as np
import pytest

from hft_gym.kernel.jit import kernel
from hft_gym.kernel.random import seed_states
from hft_gym.market.columns import COLUMNS_DTYPE
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import Latency, MarketModels
from hft_gym.market.latencies.constant import Constant
from hft_gym.market.latencies.uniform import Uniform
from hft_gym.market.queues.fifo import Fifo
from hft_gym.market.records import MESSAGE_DTYPE, TRADER_DTYPE, Action
from hft_gym.market.ways import answer_known_ns, arrival_of, known_of, split_random

pytestmark = pytest.mark.kernel

JITTER = Uniform(0, 1_000)
TAPES = np.zeros(1, COLUMNS_DTYPE)  # these delays do not look at it


def models(entry=JITTER, cancel=JITTER, response=JITTER):
    return MarketModels(Latency(entry, cancel, response, Constant(0)), Fifo(), PerLot())


def trader(seed=1):
    made = np.zeros(1, TRADER_DTYPE)
    made["random_state"] = seed_states(np.array([seed]))
    split_random(made[0])
    return made


@kernel
def arrivals(given, tapes, traders, times, actions, out):
    for k in range(out.size):
        out[k] = arrival_of(given, tapes[0], traders[0], times[k], actions[k], 1)


@kernel
def known(given, tapes, traders, times, out):
    for k in range(out.size):
        out[k] = known_of(given, tapes[0], traders[0], times[k], 1)


@kernel
def due(given, tapes, traders, messages):
    return answer_known_ns(given, tapes[0], traders[0], messages[0])


def test_orders_and_cancels_share_the_way_in():
    times = np.arange(0, 20_000, 100)
    actions = np.where(times % 300 == 0, int(Action.CANCEL), int(Action.NEW))
    found = np.empty_like(times)
    given = models(cancel=Constant(0))
    arrivals(given, TAPES, trader(), times, actions, found)
    assert (np.diff(found) >= 0).all()
    assert (found >= times).all()
    assert (found[actions == Action.CANCEL] > times[actions == Action.CANCEL]).any()  # held up
    assert (found[actions == Action.NEW] != times[actions == Action.NEW]).any()


def test_cancels_may_be_quicker():
    given = models(entry=Constant(700), cancel=Constant(300))
    found = np.empty(2, np.int64)
    actions = np.array([int(Action.CANCEL), int(Action.MODIFY)])
    arrivals(given, TAPES, trader(), np.array([0, 1_000]), actions, found)
    assert found.tolist() == [300, 1_700]


def test_answers_come_in_order_and_draw_apart():
    times = np.arange(0, 20_000, 100)
    given, mine = models(), trader()
    before = mine["random_state"].copy()
    found = np.empty_like(times)
    known(given, TAPES, mine, times, found)
    assert (np.diff(found) >= 0).all()
    assert (found >= times).all()
    assert (mine["random_state"] == before).all()
    assert mine["answer_state"] != before


def test_when_an_answer_is_due_is_asked_as_often_as_one_likes():
    given, mine = models(), trader(5)
    messages = np.zeros(1, MESSAGE_DTYPE)
    messages["arrival_ns"] = 40_000
    first = due(given, TAPES, mine, messages)
    found = np.empty(3, np.int64)
    arrivals(given, TAPES, mine, np.array([1, 2, 3]), np.full(3, int(Action.NEW)), found)
    assert due(given, TAPES, mine, messages) == first  # whatever was sent since
    known(given, TAPES, mine, np.array([40_000]), found[:1])
    assert found[0] == first
    assert due(given, TAPES, mine, messages) != first  # the next answer is another
