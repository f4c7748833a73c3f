"""From the position wanted to the one order that goes for it."""

from typing import NamedTuple

import numpy as np
import pytest

from hft_gym.envs.actions.target_position import TargetBox, TargetPosition
from hft_gym.envs.core import BatchCore
from hft_gym.envs.interfaces import begin_acting, carry_out, placed_px, record_of
from hft_gym.envs.placements.cross import Cross
from hft_gym.envs.placements.join import Join
from hft_gym.envs.placements.join_then_cross import JoinThenCross
from hft_gym.envs.records import SETTINGS_DTYPE
from hft_gym.envs.trading import MODELS
from hft_gym.errors import ConfigError
from hft_gym.market.records import Action
from tests.envs.hand_made import core_in, still_market
from tests.envs.samples import actions_of
from tests.envs.sent import MARKET, TAPE, answered, env_of, sent

pytestmark = pytest.mark.kernel

SETTINGS = np.zeros(1, SETTINGS_DTYPE)[0]
SETTINGS["max_position_lots"] = 5
NEW, MODIFY, CANCEL = Action.NEW, Action.MODIFY, Action.CANCEL


def env_for(model):
    env = env_of(record_of(MODELS._replace(action=model)))
    begin_acting(model, env)
    return env


def act(model, env, action):
    carry_out(model, MARKET, TAPE, env, action, SETTINGS)
    return sent(env)


def filled(env, position):
    """The order of slot 0 is done, and this is what we hold now."""
    answered(env, 0, 0)
    env["trader"]["known_position_lots"] = position


def test_there_and_back():
    model = TargetPosition(2, 2, Join())
    env = env_for(model)
    assert act(model, env, 2) == []
    assert act(model, env, 4) == [(NEW, 0, 1, 100, 4)]
    assert act(model, env, 4) == []
    filled(env, 4)
    assert act(model, env, 4) == []
    assert act(model, env, 1) == [(NEW, 0, -1, 103, 6)]
    assert act(model, env, 0) == [(MODIFY, 0, -1, 103, 8)]


def test_a_partial_fill_changes_nothing():
    model = TargetPosition(1, 4, Join())
    env = env_for(model)
    act(model, env, 2)
    answered(env, 0, 3)
    env["trader"]["known_position_lots"] = 1
    assert act(model, env, 2) == []


def test_a_turn_cancels_first():
    model = TargetPosition(1, 2, Join())
    env = env_for(model)
    act(model, env, 2)
    assert act(model, env, 0) == [(CANCEL, 0, 1, 100, 0)]
    assert act(model, env, 0) == []
    filled(env, 0)
    assert act(model, env, 0) == [(NEW, 0, -1, 103, 2)]


def test_the_limit_of_the_position_and_wrong_choices():
    model = TargetPosition(3, 3, Join())
    env = env_for(model)
    assert act(model, env, 6) == [(NEW, 0, 1, 100, 5)]
    for wrong in (-1, 7):  # no choice: the target stands
        assert act(model, env, wrong) == []
    env["is_tradable"] = 0
    assert act(model, env, 6) == [(CANCEL, 0, 1, 100, 0)]


class Marking(NamedTuple):
    """Counts in the record how often it is asked."""


@placed_px.implement(Marking)
def _placed_px(placement, env, side, waited_ns):
    env["target_lots"][0] += 1
    return int(env["bid_ticks"])


def test_a_placement_is_asked_only_for_an_order_that_can_be_placed():
    model = TargetPosition(1, 2, Marking())
    env = env_for(model)
    act(model, env, 1)
    assert env["target_lots"][0] == 0  # nothing is missing
    act(model, env, 2)
    assert env["target_lots"][0] == 1
    env["is_tradable"] = 0
    assert act(model, env, 2) == [(CANCEL, 0, 1, 100, 0)]
    assert env["target_lots"][0] == 1


def test_only_orders_that_rest_are_post_only():
    for placement, post_only in ((Join(), 1), (Cross(0), 0)):
        model = TargetPosition(1, 1, placement)
        env = env_for(model)
        act(model, env, 2)
        assert env["trader"]["messages"][0]["post_only"] == post_only


def test_patience_counts_from_the_wish():
    model = TargetPosition(1, 1, JoinThenCross(0.005, 1))
    env = env_for(model)
    env["ts_local_ns"] += 10**9  # long without a wish
    assert act(model, env, 2) == [(NEW, 0, 1, 100, 1)]
    env["ts_local_ns"] += 4_000_000
    assert act(model, env, 2) == [(MODIFY, 0, 1, 104, 1)]


def test_a_box_is_rounded():
    model = TargetBox(4, Join())
    for share, lots in ((1.0, 4), (0.5, 2), (0.1, 0), (-0.4, -2), (-1.0, -4), (0.13, 1)):
        env = env_for(model)
        told = act(model, env, np.array([share], np.float32))
        assert sum(side * size for _, _, side, _, size in told) == lots
    # 0.7 and 0.9 are a little less as float32: between 3 and 4, 4 and 5, with the compiler or not
    for share, lots in ((0.7, 3), (0.9, 4), (-0.3, -2)):
        env = env_for(TargetBox(5, Join()))
        told = act(TargetBox(5, Join()), env, np.array([share], np.float32))
        assert sum(side * size for _, _, side, _, size in told) == lots
    env = env_for(model)
    act(model, env, np.array([1.0], np.float32))
    for wrong in (np.nan, 3.0):
        assert act(model, env, np.array([wrong], np.float32)) == []
    assert model.for_rules() == TargetPosition(4, 1, Join())


def test_spaces_and_what_is_refused():
    assert TargetPosition(3).space().n == 7
    assert TargetBox(3).space().shape == (1,)
    for model in (TargetPosition(0), TargetPosition(1, 0), TargetBox(0)):
        with pytest.raises(ConfigError, match="action"):
            model.space()
    with pytest.raises(ConfigError, match="does not implement placed_px"):
        TargetPosition(1, 1, TargetBox()).space()


@pytest.mark.long
def test_crossing_costs_the_spread_and_gets_there():
    models = MODELS._replace(action=TargetPosition(2, 1, Cross(1)))
    core = core_in(still_market(), models)
    core.step(np.array([4]))
    assert core.view()["position_lots"][0] == 2
    core.step(np.array([0]))
    assert core.view()["position_lots"][0] == -2
    fees = 6 * models.market.fees.taker_ticks
    assert core.view()["pnl_ticks"][0] == pytest.approx(2 * (100 - 103) - 2 * 1.5 - fees)


@pytest.mark.long
@pytest.mark.parametrize("placement", [Join(), Cross(1), JoinThenCross(0.004, 1)])
def test_no_position_beyond_the_targets(tiny, placement):
    """A step ends between where it began, the target of its decision and the one before that.

    Until a message arrives the order of the former target may fill, and no later than that.
    """
    models = MODELS._replace(action=TargetPosition(3, 2, placement))
    core = BatchCore(tiny, models, 16, episode_decisions=30)
    core.reset(np.arange(16))
    held, target = np.zeros(16, np.int64), np.zeros(16, np.int64)
    reached, moved = 0, 0
    for action in actions_of(core.action_space, 120, 16, seed=1, stay=0.7):
        former, target = target, (action - 3) * 2
        _, _, terminated, truncated = core.step(action)
        before, held = held, core.envs["trader"]["position_lots"].copy()
        done = terminated | truncated  # these have begun anew
        hull = np.stack([before, former, target])
        assert ((hull.min(0) <= held) & (held <= hull.max(0)))[~done].all()
        assert (core.envs["trader"]["live_count"].sum(1) <= 1).all()
        reached += (held == target)[~done].sum()
        moved += (held != before)[~done].sum()
        held[done], target[done] = 0, 0
    assert reached > 50
    assert moved > 50
