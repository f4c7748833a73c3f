"""Requests become messages, or are refused with a reason; a book never sees what we cannot mean."""

import numpy as np
import pytest

from hft_gym.envs.actions.order_entry import OrderEntry, OrderKind, Verb, sides_with_room
from hft_gym.envs.core import BatchCore
from hft_gym.envs.interfaces import begin_acting, carry_out, record_of
from hft_gym.envs.order_entry import MODELS
from hft_gym.envs.records import SETTINGS_DTYPE
from hft_gym.errors import ConfigError
from hft_gym.features.interfaces import own_value
from hft_gym.features.own_orders import LastAnswer, Refused
from hft_gym.market.records import Action, Intent, OrderType, Reason, TimeInForce
from tests.envs.samples import actions_of
from tests.envs.sent import MARKET, TAPE, answered, env_of, sent

pytestmark = pytest.mark.kernel

MODEL = OrderEntry(slots=3, reach_ticks=2, sizes=3, unit_lots=2)
SETTINGS = np.zeros(1, SETTINGS_DTYPE)[0]
SETTINGS["max_position_lots"] = 10
BUY, SELL, AT_TOUCH = 0, 1, 2
PLACE, MODIFY, CANCEL = Verb.PLACE, Verb.MODIFY, Verb.CANCEL


@pytest.fixture
def env():
    env = env_of(record_of(MODELS._replace(action=MODEL)))
    begin_acting(MODEL, env)
    return env


def act(env, verb, slot=0, side=BUY, price=AT_TOUCH, size=0, kind=OrderKind.LIMIT):
    carry_out(MODEL, MARKET, TAPE, env, np.array([verb, slot, side, price, size, kind]), SETTINGS)
    return sent(env)


def reason(env):
    return Reason(int(env["acting"]["refusal_reason"]))


@pytest.mark.parametrize(
    ("side", "price", "px"),
    [(BUY, 2, 100), (BUY, 0, 102), (BUY, 4, 98), (SELL, 2, 103), (SELL, 0, 101), (SELL, 4, 105)],
)
def test_prices_are_counted_from_the_own_touch(env, side, price, px):
    sign = 1 if side == BUY else -1
    assert act(env, PLACE, 1, side, price, 1) == [(Action.NEW, 1, sign, px, 4)]
    assert reason(env) == Reason.ACCEPTED


@pytest.mark.parametrize(
    ("kind", "order_type", "tif", "post_only"),
    [
        (OrderKind.LIMIT, OrderType.LIMIT, TimeInForce.GTC, 0),
        (OrderKind.POST_ONLY, OrderType.LIMIT, TimeInForce.GTC, 1),
        (OrderKind.DAY, OrderType.LIMIT, TimeInForce.DAY, 0),
        (OrderKind.IOC, OrderType.LIMIT, TimeInForce.IOC, 0),
        (OrderKind.FOK, OrderType.LIMIT, TimeInForce.FOK, 0),
        (OrderKind.MARKET, OrderType.MARKET, TimeInForce.IOC, 0),
    ],
)
def test_kinds(env, kind, order_type, tif, post_only):
    act(env, PLACE, kind=kind)
    message = env["trader"]["messages"][0]
    assert (message["order_type"], message["time_in_force"]) == (order_type, tif)
    assert message["post_only"] == post_only


def test_a_change_keeps_the_side_and_a_cancel_needs_but_the_slot(env):
    act(env, PLACE, 2, SELL)
    assert act(env, MODIFY, 2, BUY, 4, 2) == [(Action.MODIFY, 2, -1, 105, 6)]
    assert act(env, CANCEL, 2) == [(Action.CANCEL, 2, -1, 105, 0)]


@pytest.mark.parametrize("verb", [Verb.NOTHING, -1, 4])
def test_nothing_and_what_is_no_verb_send_nothing(env, verb):
    assert act(env, verb) == []
    assert reason(env) == Reason.ACCEPTED


def test_refusals_tell_why_until_the_next_request(env):
    act(env, PLACE, 0)
    assert act(env, PLACE, 0) == []
    assert reason(env) == Reason.NO_FREE_SLOT
    assert act(env, PLACE, 3) == []
    assert reason(env) == Reason.NO_FREE_SLOT
    for verb in (MODIFY, CANCEL):
        assert act(env, verb, 1) == []
        assert reason(env) == Reason.TOO_LATE
    assert act(env, PLACE, 1, size=3) == []
    assert reason(env) == Reason.BAD_LOTS
    assert act(env, PLACE, 1, kind=6) == []
    assert reason(env) == Reason.BAD_LOTS
    env["is_tradable"] = 0
    assert act(env, PLACE, 1) == []
    assert reason(env) == Reason.BOOK_CROSSED
    assert len(act(env, CANCEL, 0)) == 1  # that goes at any time
    assert reason(env) == Reason.ACCEPTED
    assert act(env, CANCEL, 0) == []
    assert reason(env) == Reason.TOO_LATE
    assert env["trader"]["rejected"] == 0


def test_orders_that_could_break_the_position_limit_are_refused(env):
    env["trader"]["known_position_lots"] = 2
    assert len(act(env, PLACE, 0, BUY, size=1)) == 1  # 2 + 4
    assert act(env, PLACE, 1, BUY, size=2) == []  # and 6 would be 12
    assert reason(env) == Reason.RISK_LIMIT
    assert len(act(env, PLACE, 1, SELL, size=2)) == 1
    assert len(act(env, MODIFY, 0, size=2)) == 1  # 2 + 6 instead of 4
    answered(env, 0)
    env["trader"]["known_position_lots"] = 6
    assert act(env, MODIFY, 0, size=2) == []
    assert reason(env) == Reason.RISK_LIMIT


def test_what_an_observation_shows_of_it(env):
    assert [own_value(Refused(), env, 0), own_value(LastAnswer(0), env, 0)] == [0.0, 0.0]
    act(env, CANCEL, 1)
    shown = [own_value(Refused(int(r)), env, 0) for r in (0, Reason.TOO_LATE, Reason.RISK_LIMIT)]
    assert shown == [1.0, 1.0, 0.0]
    act(env, PLACE, 0)
    env["trader"]["intents"][0]["reason"] = Reason.POST_ONLY_WOULD_TAKE
    assert own_value(LastAnswer(0), env, 0) == 1.5


def test_masks_leave_out_what_would_be_refused():
    envs = np.zeros(4, record_of(MODELS._replace(action=MODEL)))
    envs["is_tradable"] = [1, 1, 0, 1]
    intents = envs["trader"]["intents"]
    intents["state"][1] = [Intent.WORKING, Intent.CANCELLING, Intent.NONE]
    intents["state"][2] = [Intent.WORKING, Intent.NONE, Intent.NONE]
    envs["trader"]["known_position_lots"] = [0, 9, 0, -9]
    mask = MODEL.mask(envs, 10)
    assert mask.shape == (4, 4 + 3 + 2 + 5 + 3 + 6)
    verbs, slots, sides, rest = np.split(mask, [4, 7, 9], axis=1)
    assert verbs.astype(int).tolist() == [[1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 1], [1, 1, 0, 0]]
    assert slots.astype(int).tolist() == [[1, 1, 1], [1, 0, 1], [1, 0, 0], [1, 1, 1]]
    assert sides.astype(int).tolist() == [[1, 1], [0, 1], [1, 1], [1, 0]]
    assert rest.all()


def test_open_orders_take_up_room():
    envs = np.zeros(1, record_of(MODELS._replace(action=MODEL)))
    intents = envs["trader"]["intents"][0]
    intents["state"][:2], intents["side"][:2] = Intent.WORKING, (1, 1)
    intents["leaves_lots"][:2] = (3, 2)
    assert sides_with_room(envs, 5).tolist() == [[True, True]]
    assert sides_with_room(envs, 4).tolist() == [[False, True]]
    intents["in_flight"][1], envs["trader"]["asked_lots"][0, 1] = 1, 7
    assert sides_with_room(envs, 9).tolist() == [[False, True]]


def test_spaces_and_numbers_out_of_range():
    assert MODEL.space().nvec.tolist() == [4, 3, 2, 5, 3, 6]
    for numbers in ((0,), (33,), (2, -1), (2, 1, 0), (2, 1, 1, 0)):
        with pytest.raises(ConfigError, match="action"):
            OrderEntry(*numbers).space()


@pytest.fixture(scope="module")
def streams(tiny):
    """Random requests, most of them made good by the mask of verbs and slots."""
    core = BatchCore(tiny, MODELS, 16, episode_decisions=60, max_position_lots=6)
    core.reset(np.arange(16))
    actions = actions_of(core.action_space, 130, 16, seed=5, stay=0.0)
    random = np.random.default_rng(0)
    seen = []
    for action in actions:
        masks = core.action_masks()
        for k in np.flatnonzero(random.random(16) < 0.8):
            for choice, (first, stop) in enumerate(((0, 4), (4, 8), (8, 10))):
                options = np.flatnonzero(masks[k, first:stop])
                action[k, choice] = random.choice(options)
        before = core.envs.copy()
        core.step(action)
        seen.append((action.copy(), masks, before, core.envs.copy()))
    return seen


@pytest.mark.long
def test_no_stream_of_requests_breaks_the_limit(streams):
    refused, lots = np.zeros(32, int), 0
    for _, _, _, envs in streams:
        trader = envs["trader"]
        assert (np.abs(trader["position_lots"]) <= 6).all()
        assert (trader["live_count"].sum(1) <= 4).all()
        lots += int(np.abs(trader["position_lots"]).sum())
        refused += np.bincount(envs["acting"]["refusal_reason"], minlength=32)
    assert lots > 100
    for why in (Reason.NO_FREE_SLOT, Reason.TOO_LATE, Reason.RISK_LIMIT):
        assert refused[why] > 5


@pytest.mark.long
def test_what_is_masked_would_have_been_refused(streams):
    masked = 0
    for action, masks, before, after in streams:
        started = after["episode"]["steps"] > 0  # else the record is of a new episode
        for k in np.flatnonzero(started):
            if action[k, 0] == Verb.NOTHING or masks[k, action[k, 0]]:
                continue
            masked += 1
            assert after[k]["acting"]["refusal_reason"] != 0
            assert before[k]["trader"]["messages_sent"] == after[k]["trader"]["messages_sent"]
    assert masked > 20
