"""Another model's delays times a factor that holds for an episode."""

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.kernel.random import seed_states
from hft_gym.market.columns import COLUMNS_DTYPE
from hft_gym.market.interfaces import begin_episode, delay_ns
from hft_gym.market.latencies.constant import Constant
from hft_gym.market.latencies.scaled import Scaled
from hft_gym.market.latencies.uniform import Uniform
from hft_gym.market.records import trader_dtype

pytestmark = pytest.mark.kernel

TAPE = np.zeros(1, COLUMNS_DTYPE)[0]


def trader_of(model, seed=1):
    trader = np.zeros(1, trader_dtype(extra=model.trader_fields()))[0]
    trader["random_state"] = seed_states(np.array([seed]))[0]
    return trader


def test_the_factor_is_drawn_once_an_episode_and_log_uniform():
    model = Scaled(Constant(100_000), 0.25, 4.0)
    trader = trader_of(model)
    factors = []
    for _ in range(400):
        begin_episode(model, trader)
        first, again = (delay_ns(model, TAPE, trader, 0, 1) for _ in range(2))
        assert first == again
        factors.append(first / 100_000)
    assert 0.25 <= min(factors) < 0.27
    assert 3.7 < max(factors) <= 4.0
    assert abs(np.mean(np.log(factors))) < 4 * np.log(16) / np.sqrt(12 * 400)


def test_it_scales_what_the_other_model_draws():
    model, plain = Scaled(Uniform(1_000, 9_000), 3.0, 3.0), Uniform(1_000, 9_000)
    trader = trader_of(model)
    begin_episode(model, trader)
    twin = trader.copy()
    for _ in range(50):
        expected = 3 * delay_ns(plain, TAPE, twin, 0, 1)
        assert delay_ns(model, TAPE, trader, 0, 1) == expected


def test_ways_of_one_episode_share_the_draw():
    slow, quick = Scaled(Constant(900_000), 0.5, 2.0), Scaled(Constant(100_000), 0.5, 2.0)
    trader = trader_of(slow)
    for model in (slow, quick):
        begin_episode(model, trader)
    assert delay_ns(slow, TAPE, trader, 0, 1) == pytest.approx(
        9 * delay_ns(quick, TAPE, trader, 0, 1), abs=9
    )


@pytest.mark.parametrize("bounds", [(0.0, 1.0), (2.0, 1.0), (-1.0, 1.0)])
def test_bounds_that_are_none(bounds):
    with pytest.raises(ConfigError, match="low"):
        Scaled(Constant(1), *bounds).check()
    Scaled(Constant(1)).check()
