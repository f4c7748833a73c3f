"""The task's name, its parts, and rules that hold positions in it."""

import gymnasium as gym
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.trading import MODELS, TradingEnv, TradingVectorEnv
from hft_gym.evaluation.rollout import RulePolicy, held_out_windows, judge
from hft_gym.strategies.flat import Flat
from hft_gym.strategies.follow_imbalance import FollowImbalance


def test_it_is_registered_with_its_parts():
    spec = gym.spec("hft_gym/Trading-v0")
    assert spec.entry_point == f"{TradingEnv.__module__}:TradingEnv"
    assert TradingEnv.MODELS is TradingVectorEnv.MODELS is MODELS


@pytest.mark.kernel
@pytest.mark.long
def test_rules_act_in_it(tiny):
    core, windows = BatchCore(tiny, MODELS, 4, episode_decisions=30), held_out_windows(tiny, 30)
    idle = judge(core, RulePolicy(Flat()), windows).episodes
    assert not idle["quotes"].any()
    busy = judge(core, RulePolicy(FollowImbalance()), windows).episodes
    assert busy["lots_traded"].sum() > 10
    assert (busy["max_position_lots"] <= 1).all()
