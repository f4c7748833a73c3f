"""One order, message by message."""

import pytest

from hft_gym.envs.working import Wanted, work
from hft_gym.market.records import Action, Intent
from tests.envs.sent import MARKET, TAPE, answered, env_of, sent

pytestmark = pytest.mark.kernel


def want(env, side=1, px_ticks=100, lots=4, post_only=1, grows=0):
    work(MARKET, TAPE, env, 0, Wanted(side, px_ticks, lots, post_only, grows))
    return sent(env)


def test_from_nothing_to_an_order_and_back():
    env = env_of()
    assert want(env, lots=0) == []
    assert want(env) == [(Action.NEW, 0, 1, 100, 4)]
    assert want(env) == []
    assert want(env, lots=0) == [(Action.CANCEL, 0, 1, 100, 0)]
    for lots in (0, 4):  # until the answer is back
        assert want(env, lots=lots) == []
    answered(env, 0, leaves_lots=0)
    assert want(env, lots=2) == [(Action.NEW, 0, 1, 100, 2)]


def test_price_and_size_change_an_order():
    env = env_of()
    want(env)
    assert want(env, px_ticks=99) == [(Action.MODIFY, 0, 1, 99, 4)]
    assert want(env, px_ticks=99, lots=3) == [(Action.MODIFY, 0, 1, 99, 3)]
    answered(env, 0, leaves_lots=3)
    assert want(env, px_ticks=99, lots=5) == []  # more lots would lose the place
    assert want(env, px_ticks=99, lots=5, grows=1) == [(Action.MODIFY, 0, 1, 99, 5)]


def test_an_order_of_the_other_side_goes_first():
    env = env_of()
    want(env)
    assert want(env, side=-1, px_ticks=103) == [(Action.CANCEL, 0, 1, 100, 0)]
    assert want(env, side=-1, px_ticks=103) == []
    assert env["trader"]["intents"][0]["state"] == Intent.CANCELLING
    answered(env, 0, leaves_lots=0)
    assert want(env, side=-1, px_ticks=103) == [(Action.NEW, 0, -1, 103, 4)]


def test_a_growing_order_is_asked_for_once():
    env = env_of()
    want(env)
    answered(env, 0, leaves_lots=4)
    assert want(env, lots=9, grows=1) == [(Action.MODIFY, 0, 1, 100, 9)]
    assert want(env, lots=9, grows=1) == []  # it is on its way
    assert want(env, lots=6, grows=1) == [(Action.MODIFY, 0, 1, 100, 6)]  # nine may be too many
    answered(env, 0, leaves_lots=6)
    assert want(env, lots=6, grows=1) == []
    assert want(env, lots=7, grows=1) == [(Action.MODIFY, 0, 1, 100, 7)]
