"""Train and judge trading agents on order-by-order market data, with fills that can be believed."""

from gymnasium.envs.registration import register

__version__ = "0.1.0"

for _name, _module in (
    ("MarketMaking", "market_making"),
    ("Execution", "execution"),
    ("Trading", "trading"),
    ("OrderEntry", "order_entry"),
):
    register(
        id=f"hft_gym/{_name}-v0",
        entry_point=f"hft_gym.envs.{_module}:{_name}Env",
        vector_entry_point=f"hft_gym.envs.{_module}:{_name}VectorEnv",
    )
