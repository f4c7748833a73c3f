"""`hft_gym/MarketMaking-v0`: quote both sides of a market, one environment or a batch."""

from hft_gym.envs.defaults import MODELS
from hft_gym.envs.faces import MarketEnv, MarketVectorEnv


class MarketMakingEnv(MarketEnv):
    """One environment; see `MarketEnv`."""

    MODELS = MODELS


class MarketMakingVectorEnv(MarketVectorEnv):
    """A batch of environments in one kernel call; see `MarketVectorEnv`."""

    MODELS = MODELS
