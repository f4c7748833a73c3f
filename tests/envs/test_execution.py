"""The task's name, its parts, and rules that work orders off in it."""

import gymnasium as gym
import numpy as np
import pytest

from hft_gym.envs.actions.child_orders import ChildOrders
from hft_gym.envs.core import BatchCore
from hft_gym.envs.execution import MODELS, ExecutionEnv, ExecutionVectorEnv
from hft_gym.envs.tasks.execution import Execution
from hft_gym.evaluation.rollout import RulePolicy, held_out_windows, judge
from hft_gym.strategies.almgren_chriss import AlmgrenChriss, Impact, trajectory
from hft_gym.strategies.immediate import Immediate
from hft_gym.strategies.passive_then_aggressive import PassiveThenAggressive
from hft_gym.strategies.twap import Twap
from tests.envs.hand_made import STEP_MS, core_in, still_market

pytestmark = pytest.mark.kernel

EPISODE = 20
RULES = (
    Immediate(),
    Twap(),
    AlmgrenChriss(0.01, sigma_ticks=10.0, temporary_ticks_s=0.01),
    PassiveThenAggressive(0.7),
)


def test_it_is_registered_with_its_parts():
    spec = gym.spec("hft_gym/Execution-v0")
    assert spec.entry_point == f"{ExecutionEnv.__module__}:ExecutionEnv"
    assert ExecutionEnv.MODELS is ExecutionVectorEnv.MODELS is MODELS


@pytest.mark.long
def test_parts_can_be_given_by_name(tiny):
    env = gym.make("hft_gym/Execution-v0", data=tiny, episode_decisions=5, task=Execution(3, 1))
    env.reset(seed=0, options={"tape": 0, "decision": 30})
    assert env.unwrapped.core.view()["position_lots"][0] == -3
    env.close()


@pytest.fixture(scope="module")
def judged(tiny):
    core = BatchCore(tiny, MODELS, 8, episode_decisions=EPISODE)
    windows = held_out_windows(tiny, EPISODE)
    return {rule.name: judge(core, RulePolicy(rule), windows).episodes for rule in RULES}


@pytest.mark.long
def test_rules_execute_everything_and_pay_for_it(judged):
    for name, episodes in judged.items():
        done = episodes[episodes["parent_lots"] != 0]
        assert len(done) > 8
        assert (done["lots_traded"] == 10).all(), name
        assert done["reward"] == pytest.approx(-done["shortfall_ticks"])
        assert (done["unfilled_lots"] <= done["forced_lots"]).all()


@pytest.mark.long
def test_patience_is_rewarded_and_haste_is_not(judged):
    steps = {name: episodes["steps"].mean() for name, episodes in judged.items()}
    assert steps["immediate"] < steps["almgren_chriss"] <= steps["twap"]
    passive = {name: episodes["passive_share"].mean() for name, episodes in judged.items()}
    assert passive["passive_then_aggressive"] > 0.2 > passive["immediate"]
    cost = {name: float(np.mean(e["shortfall_ticks"])) for name, e in judged.items()}
    assert cost["passive_then_aggressive"] < cost["immediate"]


LOTS, DECISIONS = 20, 10
EXACT = MODELS._replace(action=ChildOrders(shares=LOTS))
# urgent enough to bend the line, not so urgent that all is traded at once
BENT = Impact(sigma=10.0, temporary=0.01, interval=STEP_MS * 1e-3)
WANTED = {
    "immediate": [LOTS] + [0] * DECISIONS,
    "twap": np.linspace(LOTS, 0, DECISIONS + 1),
    "almgren_chriss": trajectory(LOTS, DECISIONS, BENT, 0.5),
    "passive_then_aggressive": [LOTS] * 8 + [0] * 3,
}
SCHEDULED = (
    Immediate(shares=LOTS),
    Twap(shares=LOTS),
    AlmgrenChriss(0.5, sigma_ticks=10.0, temporary_ticks_s=0.01, shares=LOTS),
    PassiveThenAggressive(0.7, shares=LOTS),
)


@pytest.mark.long
@pytest.mark.parametrize("lots", [LOTS, -LOTS])
@pytest.mark.parametrize("rule", SCHEDULED, ids=lambda rule: rule.name)
def test_what_is_held_follows_the_schedule_to_half_a_lot(rule, lots):
    deep = still_market(book=((1, 100, 500), (-1, 103, 500)))
    core = core_in(deep, EXACT, decisions=DECISIONS, inventory=lots)
    held, ended = [abs(lots)], False
    while not ended:
        _, _, terminated, truncated = core.step(rule.act(core.view()))
        held.append(abs(int(core.view()["position_lots"][0])))
        ended = bool(terminated[0] | truncated[0])
    wanted = np.asarray(WANTED[rule.name], float)
    assert held[-1] == 0
    assert np.abs(np.array(held) - wanted[: len(held)]).max() <= 0.5 + 1e-9
    assert not core.finished["forced_lots"][0]
    assert core.finished["taker_lots"][0] == LOTS


def test_the_bent_schedule_is_none_of_the_others():
    held = WANTED["almgren_chriss"]
    assert LOTS / 4 < held[1] < WANTED["twap"][1] - 1
    assert held[2] > 1


@pytest.mark.long
def test_every_policy_is_given_the_same_orders(tiny, judged):
    orders = [episodes["parent_lots"].tolist() for episodes in judged.values()]
    assert all(order == orders[0] for order in orders)
    assert len(set(orders[0])) > 1
    again = judge(
        BatchCore(tiny, MODELS, 3, episode_decisions=EPISODE),
        RulePolicy(Twap()),
        held_out_windows(tiny, EPISODE),
    )
    assert np.array_equal(again.episodes, judged["twap"])
