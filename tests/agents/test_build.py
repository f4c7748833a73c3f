import pytest
from hydra.errors import InstantiationException
from omegaconf import OmegaConf
from stable_baselines3.common.vec_env import VecNormalize

from agents import build, settings
from agents.vec_env import HftVecEnv
from hft_gym.envs.defaults import MARKET_FEATURES, MODELS
from hft_gym.errors import ConfigError
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
