"""A generated market: seeded order flow, a matching book, true Databento files."""

from hft_gym.tape.generated.folder import default_folder, generate
from hft_gym.tape.generated.market import GeneratedMarket

__all__ = ["GeneratedMarket", "default_folder", "generate"]
