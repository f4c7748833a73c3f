import pytest
from hydra.errors import InstantiationException
from omegaconf import OmegaConf
from stable_baselines3.common.vec_env import VecNormalize

from agents import build, settings
from agents.vec_env import HftVecEnv
from hft_gym.envs.actions.box_quotes import BoxQuotes
from hft_gym.envs.actions.level_quotes import LevelQuotes
from hft_gym.envs.actions.touch_quotes import TouchQuotes
from hft_gym.envs.defaults import MARKET_FEATURES, MODELS
from hft_gym.envs.interfaces import check_parts
from hft_gym.envs.observations.flat import Flat
from hft_gym.envs.observations.stacked import Stacked
from hft_gym.errors import ConfigError
from hft_gym.features.own_orders import OrderLots
from hft_gym.market.interfaces import VenueRules
from hft_gym.market.records import SelfTrade, WhenCrossed
from tests.agents.fake_core import FakeCore
from tests.agents.test_schema import composed


@pytest.fixture
def config():
    return settings.of_new_run(composed())


def test_the_default_settings_are_the_environments_own(config):
    assert build.models(config) == MODELS
    assert build._instances(config.features.market) == MARKET_FEATURES


def test_normalisation_can_be_left_out(config):
    assert isinstance(build.vec_env(config, FakeCore()), VecNormalize)
    config.normalise.norm_obs = config.normalise.norm_reward = False
    assert isinstance(build.vec_env(config, FakeCore()), HftVecEnv)


def test_an_agent_that_cannot_act_here_is_refused(config):
    config.agent = OmegaConf.create({"_target_": "stable_baselines3.SAC", "policy": "MlpPolicy"})
    with pytest.raises(InstantiationException, match="SAC"):
        build.agent(config, HftVecEnv(FakeCore()), 0)
    config.agent = OmegaConf.create({"_target_": "gymnasium.spaces.Dict"})
    with pytest.raises((ConfigError, InstantiationException)):
        build.agent(config, HftVecEnv(FakeCore()), 0)


def test_rules_act_by_the_touch_whatever_the_agent_does(config):
    chosen = build.models(config)
    assert build.rule_models(chosen) is chosen
    sized = chosen._replace(action=TouchQuotes(4, 2, sizes=3), observation=Stacked(3))
    assert build.rule_models(sized) == chosen._replace(action=TouchQuotes(4, 2))
    boxed = chosen._replace(action=BoxQuotes(lots=3, post_only=False))
    assert build.rule_models(boxed).action == TouchQuotes(lots=3, post_only=False)
    assert settings.of_new_run(composed("action=box_quotes")).strategy.do_nothing.n_offsets == 6
    assert settings.of_new_run(composed("action=mid_quotes")).strategy.do_nothing.n_offsets == 8


def test_rules_are_not_asked_for_features_of_orders_that_only_the_agent_has(config):
    chosen = build.models(config)
    chosen = chosen._replace(action=LevelQuotes(3), own_features=(OrderLots(1), OrderLots(5)))
    check_parts(chosen, 10)
    of_rules = build.rule_models(chosen)
    assert of_rules.own_features == (OrderLots(1),)
    check_parts(of_rules, 10)


def test_the_example_of_a_sum_is_one():
    reward = build.models(settings.of_new_run(composed("reward=sum"))).reward
    assert reward.weights == (1.0, 1.0, 0.1)
    assert [type(part).__name__ for part in reward.rewards] == [
        "SpreadCapture", "DampenedPnl", "DifferentialSharpe",
    ]  # fmt: skip


def test_the_venues_rules_are_settings(config):
    overrides = ("rules.self_trade=allow", "rules.when_crossed=rest", "rules.collar_ticks=7")
    rules = build.models(settings.of_new_run(composed(*overrides))).market.rules
    assert rules == VenueRules(int(SelfTrade.ALLOW), int(WhenCrossed.REST), 7)
    del config["rules"]
    assert build.models(config).market.rules == VenueRules()


def test_runs_of_before_observations_had_forms_can_be_built(config):
    del config["observation"]
    assert build.models(config).observation == Flat()
