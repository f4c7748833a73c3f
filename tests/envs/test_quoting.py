"""The messages that bring the wanted quotes about."""

import numpy as np
import pytest

from hft_gym.envs.defaults import MODELS
from hft_gym.envs.quoting import allowed_lots, requote
from hft_gym.envs.records import ENV_DTYPE
from hft_gym.market.account import clear_trader
from hft_gym.market.columns import COLUMNS_DTYPE
from hft_gym.market.records import Action, Intent

pytestmark = pytest.mark.kernel

LIMIT = 10
TAPE = np.zeros(1, COLUMNS_DTYPE)[0]  # the delays are constant


def env_wanting(bid=(100, 2), ask=(103, 2)):
    env = np.zeros(1, ENV_DTYPE)[0]
    clear_trader(env["trader"], 0, 203)
    env["is_tradable"] = 1
    want(env, bid, ask)
    return env


def want(env, bid, ask):
    """Targets (price, lots) of both sides; messages sent before are forgotten."""
    env["target_px_ticks"], env["target_lots"] = (bid[0], ask[0]), (bid[1], ask[1])
    env["ts_local_ns"] += 1_000_000
    env["trader"]["message_count"] = 0


def sent(env):
    """(action, slot, price, lots) of the messages under way."""
    trader = env["trader"]
    return [
        (Action(int(m["action"])), int(m["slot"]), int(m["px_ticks"]), int(m["lots"]))
        for m in trader["messages"][: trader["message_count"]]
    ]


@pytest.mark.parametrize(
    ("position", "side", "lots", "allowed"),
    [(0, 1, 3, 3), (8, 1, 3, 2), (10, 1, 3, 0), (12, 1, 3, 0), (10, -1, 3, 3), (-9, -1, 3, 1)],
)
def test_a_quote_cannot_break_the_limit(position, side, lots, allowed):
    assert allowed_lots(position, side, lots, LIMIT) == allowed


def test_both_sides_anew():
    env = env_wanting()
    requote(MODELS.market, TAPE, env, LIMIT)
    assert sorted(sent(env), key=lambda m: m[1]) == [
        (Action.NEW, 0, 100, 2),
        (Action.NEW, 1, 103, 2),
    ]
    intents = env["trader"]["intents"]
    assert intents["state"][:2].tolist() == [Intent.WORKING] * 2
    assert intents["in_flight"][:2].tolist() == [1, 1]
    assert sorted(intents["order_id"][:2].tolist()) == [1, 2]
    assert env["trader"]["messages_sent"] == 2


def test_a_quote_at_the_wanted_price_is_left_alone():
    env = env_wanting()
    requote(MODELS.market, TAPE, env, LIMIT)
    want(env, (100, 2), (103, 2))
    requote(MODELS.market, TAPE, env, LIMIT)
    want(env, (100, 9), (103, 9))  # more lots would lose the place
    requote(MODELS.market, TAPE, env, LIMIT)
    assert sent(env) == []


@pytest.mark.parametrize(("ticks", "first"), [(1, 1), (-1, 0)])
def test_the_retreating_side_moves_first(ticks, first):
    env = env_wanting()
    requote(MODELS.market, TAPE, env, LIMIT)
    want(env, (100 + ticks, 2), (103 + ticks, 2))
    requote(MODELS.market, TAPE, env, LIMIT)
    moves = [(Action.MODIFY, 0, 100 + ticks, 2), (Action.MODIFY, 1, 103 + ticks, 2)]
    assert sent(env) == (moves if first == 0 else moves[::-1])


@pytest.mark.parametrize("px_ticks", [90, 110])
def test_the_price_of_an_order_that_is_gone_decides_nothing(px_ticks):
    env = env_wanting(bid=(px_ticks, 2), ask=(120, 2))
    requote(MODELS.market, TAPE, env, LIMIT)
    env["trader"]["intents"][0]["state"] = Intent.NONE  # filled
    want(env, (100, 2), (104, 2))
    requote(MODELS.market, TAPE, env, LIMIT)
    assert sent(env) == [(Action.MODIFY, 1, 104, 2), (Action.NEW, 0, 100, 2)]
    env["trader"]["intents"][0]["state"] = Intent.NONE
    want(env, (105, 2), (107, 2))  # the ask must leave before the bid comes
    requote(MODELS.market, TAPE, env, LIMIT)
    assert sent(env) == [(Action.MODIFY, 1, 107, 2), (Action.NEW, 0, 105, 2)]


def test_no_quote_is_a_cancel_and_then_silence():
    env = env_wanting()
    requote(MODELS.market, TAPE, env, LIMIT)
    want(env, (100, 0), (103, 2))
    requote(MODELS.market, TAPE, env, LIMIT)
    assert [m[:2] for m in sent(env)] == [(Action.CANCEL, 0)]
    for lots in (0, 2):  # until the answer is back
        want(env, (99, lots), (103, 2))
        requote(MODELS.market, TAPE, env, LIMIT)
        assert sent(env) == []


def test_a_market_that_cannot_be_traded_is_left():
    env = env_wanting()
    requote(MODELS.market, TAPE, env, LIMIT)
    want(env, (100, 2), (103, 2))
    env["is_tradable"] = 0
    requote(MODELS.market, TAPE, env, LIMIT)
    assert [m[:2] for m in sent(env)] == [(Action.CANCEL, 0), (Action.CANCEL, 1)]


def test_a_position_near_its_limit_shrinks_the_quote():
    env = env_wanting()
    requote(MODELS.market, TAPE, env, LIMIT)
    env["trader"]["known_position_lots"] = 9
    want(env, (100, 2), (103, 2))
    requote(MODELS.market, TAPE, env, LIMIT)
    assert sent(env) == [(Action.MODIFY, 0, 100, 1)]
    env["trader"]["known_position_lots"] = 10
    want(env, (100, 2), (103, 2))
    requote(MODELS.market, TAPE, env, LIMIT)
    assert [m[:2] for m in sent(env)] == [(Action.CANCEL, 0)]


def test_too_many_messages_change_nothing_we_believe():
    env = env_wanting()
    env["trader"]["message_count"] = len(env["trader"]["messages"])
    requote(MODELS.market, TAPE, env, LIMIT)
    assert env["trader"]["rejected"] == 2
    assert not env["trader"]["intents"]["state"].any()
    assert env["trader"]["messages_sent"] == 0
