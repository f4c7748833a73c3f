"""The data behind `gym.make`: generated days, or the user's files, loaded once a process."""

import functools
from pathlib import Path
from typing import Any

from hft_gym.envs.dataset import Dataset, split
from hft_gym.envs.defaults import MARKET_FEATURES
from hft_gym.envs.grid import ByTime
from hft_gym.errors import ConfigError
from hft_gym.tape.build import build_tapes
from hft_gym.tape.generated import GeneratedMarket, default_folder, generate

PARTS = ("train", "validation", "test", "all")


@functools.lru_cache(maxsize=8)
def load(source: Path | None, milliseconds: float, feed: Any) -> Dataset:
    """The dataset of a file or folder, or of the generated market, with the default features.

    Raises:
        InputError: there is no readable market data at `source`.
    """
    if source is None:
        market = GeneratedMarket()
        source = default_folder(market)
        generate(market, source)
    tapes = build_tapes(source)
    return Dataset.of(tapes, ByTime(milliseconds), MARKET_FEATURES, feed)


def part_of(dataset: Dataset, part: str) -> Dataset:
    """`train`, `validation`, `test` or `all` of a dataset.

    Raises:
        ConfigError: there is no such part.
    """
    if part not in PARTS:
        raise ConfigError(f"no part {part!r} of the data; choose one of {', '.join(PARTS)}")
    chosen: Dataset = dataset if part == "all" else getattr(split(dataset), part)
    return chosen
