"""Train and judge trading agents on order-by-order market data, with fills that can be believed."""

from gymnasium.envs.registration import register

__version__ = "0.1.0"

register(
    id="hft_gym/MarketMaking-v0",
    entry_point="hft_gym.envs.market_making:MarketMakingEnv",
    vector_entry_point="hft_gym.envs.market_making:MarketMakingVectorEnv",
)
