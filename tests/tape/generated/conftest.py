"""A small generated day that several modules look at."""

import numpy as np
import pytest

from hft_gym.tape.generated.day import day_records
from hft_gym.tape.generated.market import GeneratedMarket
from hft_gym.tape.generated.world import new_world

START_NS = 1_767_623_400_000_000_000


@pytest.fixture(scope="session")
def short_day():
    """Market, its world after the close, and all the records of 20 seconds."""
    market = GeneratedMarket(seed=3, days=1, session_s=20)
    world = new_world(market, 0, START_NS, float(market.start_px_ticks))
    with np.errstate(over="ignore"):
        records = np.concatenate([part.copy() for part in day_records(world, market.session_s)])
    return market, world, records


@pytest.fixture
def world():
    """An empty book; level 4096 is the efficient price."""
    return new_world(GeneratedMarket(seed=5), 0, START_NS, 20_000.0)
