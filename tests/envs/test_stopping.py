"""The kill switch ends an episode flat and says why; without one nothing changes."""

import numpy as np
import pytest

from hft_gym.envs.actions.target_position import TargetPosition
from hft_gym.envs.core import BatchCore
from hft_gym.envs.placements.cross import Cross
from hft_gym.envs.stopping import has_stopped, stopped
from hft_gym.envs.trading import MODELS
from hft_gym.market.interfaces import NoRisk
from hft_gym.market.margin import Margin
from hft_gym.market.records import Intent
from hft_gym.market.risk.kill import stop_if_told
from hft_gym.market.risk.limits import Limits
from hft_gym.market.risk.losses import stop
from hft_gym.market.risk.records import RiskReason
from tests.envs.hand_made import core_in, still_market
from tests.envs.samples import LATE_NEWS, actions_of, random_actions
from tests.envs.sent import MARKET, TAPE, env_of

pytestmark = pytest.mark.kernel

NOW_NS = 5
TARGETS = MODELS._replace(action=TargetPosition(3, 1, Cross(1)))
BUY, SELL = np.array([6]), np.array([0])  # three lots long, three short
LIMITS = {
    RiskReason.DAILY_LOSS: Limits(daily_loss_ticks=4),
    RiskReason.DRAWDOWN: Limits(drawdown_ticks=4),
    RiskReason.MARGIN_CALL: Limits(margin=Margin(10, 2, 2)),
}


def guarded(models, limits):
    return models._replace(market=models.market._replace(risk=limits))


def test_it_has_stopped_when_nothing_is_held_and_no_order_lives():
    trader = env_of(position=2)["trader"]
    assert not has_stopped(Limits(), trader, NOW_NS)
    stop(trader, int(RiskReason.BY_HAND))
    assert not has_stopped(Limits(), trader, NOW_NS)
    trader["known_position_lots"] = 0
    assert has_stopped(Limits(), trader, NOW_NS)
    trader["intents"][0]["state"] = Intent.CANCELLING
    assert not has_stopped(Limits(), trader, NOW_NS)


def test_a_model_that_stops_nobody_is_not_asked():
    trader = env_of(position=2)["trader"]
    stop(trader, int(RiskReason.BY_HAND))
    told = {}
    for risk in (NoRisk(), Limits()):
        acted = stop_if_told((risk,), MARKET._replace(risk=risk), TAPE, trader, NOW_NS)
        trader["known_position_lots"] = 0
        told[type(risk)] = acted, int(trader["messages_sent"]), stopped((risk,), trader, NOW_NS)
        trader["known_position_lots"] = 2
    assert told == {NoRisk: (0, 0, 0), Limits: (1, 1, 0)}  # its order lives


@pytest.mark.long
@pytest.mark.parametrize("reason", LIMITS)
def test_an_episode_ends_flat_and_tells_the_reason(reason):
    core = core_in(still_market(), guarded(TARGETS, LIMITS[reason]))
    _, _, terminated, truncated = core.step(BUY)  # three at 103, the mid is 101.5: 4.5 lost
    assert core.view()["position_lots"] == 3
    assert not terminated | truncated
    _, _, terminated, truncated = core.step(BUY)  # not asked any more
    assert terminated
    assert not truncated
    (episode,) = core.finished
    assert episode["stop_reason"] == reason
    assert episode["final_position_lots"] == 0
    assert episode["lots_traded"] == 6
    fees = 6 * MODELS.market.fees.taker_ticks
    assert episode["pnl_ticks"] == pytest.approx(3 * (100 - 103) - fees)
    assert episode["reward"] == pytest.approx(episode["pnl_ticks"])


@pytest.mark.long
def test_what_the_book_does_not_take_is_tried_again():
    book = ((1, 100, 2), (1, 10, 9), (-1, 103, 3))
    core = core_in(still_market(book=book), guarded(TARGETS, Limits(drawdown_ticks=4)))
    positions, ends = [], []
    for action in (BUY, BUY, SELL, BUY, SELL):
        ends.append(bool(core.step(action)[2][0]))
        positions.append(int(core.envs["trader"]["position_lots"][0]))
    assert positions[:2] == [3, 1]
    assert min(positions) >= 0
    assert ends[:2] == [False, False]


@pytest.mark.long
def test_a_window_that_is_over_first_is_terminated_too():
    models = guarded(TARGETS, Limits(drawdown_ticks=4))
    core = core_in(still_market(), models, decisions=1)
    _, _, terminated, truncated = core.step(BUY)
    assert (terminated[0], truncated[0]) == (True, False)
    assert core.finished["stop_reason"] == RiskReason.DRAWDOWN
    assert core.finished["final_position_lots"] == 3  # closed at the touch by the summary


@pytest.mark.long
def test_quotes_are_cancelled_and_the_end_comes_flat_whatever_is_under_way(dataset):
    length = 200
    core = BatchCore(dataset, guarded(LATE_NEWS, Limits(drawdown_ticks=3)), 64,
                     episode_decisions=length, autoreset=False)  # fmt: skip
    core.reset(np.arange(64))
    for action in random_actions(length, 64, seed=3):
        core.step(action)
    done = core.finished
    was_stopped = done["stop_reason"] == RiskReason.DRAWDOWN
    early = done["steps"] < length
    assert set(done["stop_reason"]) <= {0, RiskReason.DRAWDOWN}
    assert early.sum() > 10
    assert was_stopped[early].all()
    assert not done["final_position_lots"][early].any()
    assert (core.envs["trader"]["position_lots"] == done["final_position_lots"]).all()
    assert not core.envs["trader"]["orders"]["leaves_lots"][early].any()
    assert (done["max_drawdown_ticks"][~was_stopped] < 3).all()


@pytest.mark.long
def test_limits_that_nothing_meets_change_nothing(tiny):
    runs = []
    for limits in (NoRisk(), Limits()):
        core = BatchCore(tiny, guarded(MODELS, limits), 8, episode_decisions=25)
        core.reset(np.arange(8))
        actions = actions_of(core.action_space, 60, 8, seed=1)
        runs.append([(*core.step(a), core.view(), core.finished.copy()) for a in actions])
    for one, two in zip(*runs, strict=True):
        assert [a.tobytes() for a in one] == [b.tobytes() for b in two]
