"""The default task and its name."""

import gymnasium as gym

from hft_gym.envs.defaults import MODELS
from hft_gym.envs.faces import MarketEnv, MarketVectorEnv
from hft_gym.envs.market_making import MarketMakingEnv, MarketMakingVectorEnv


def test_it_is_registered_with_the_default_parts():
    spec = gym.spec("hft_gym/MarketMaking-v0")
    assert spec.entry_point == f"{MarketMakingEnv.__module__}:MarketMakingEnv"
    assert MarketMakingEnv.MODELS is MarketMakingVectorEnv.MODELS is MODELS
    assert issubclass(MarketMakingEnv, MarketEnv)
    assert issubclass(MarketMakingVectorEnv, MarketVectorEnv)
