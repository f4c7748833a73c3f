"""Small datasets and what to do in them, shared by the tests of environments."""

import functools

import numpy as np

from hft_gym.envs.dataset import Dataset
from hft_gym.envs.defaults import MARKET_FEATURES, MODELS
from hft_gym.envs.grid import ByTime
from hft_gym.envs.rewards.pnl import Pnl
from hft_gym.kernel.jit import enable_cache
from hft_gym.market.latencies.constant import constant_latency
from hft_gym.tape.build import build_tapes
from hft_gym.tape.generated import GeneratedMarket, default_folder, generate
from tests.random_tapes import random_tape

FEED = MODELS.market.latency.feed
PNL_MODELS = MODELS._replace(reward=Pnl())
# news that takes longer than a decision of the generated market
LATE_NEWS = PNL_MODELS._replace(
    market=MODELS.market._replace(latency=constant_latency(2_000_000, 150_000_000))
)


@functools.cache
def generated_folder():
    """Three generated days of a minute, written once."""
    enable_cache()
    market = GeneratedMarket(days=3, session_s=60)
    folder = default_folder(market)
    generate(market, folder)
    return folder


@functools.cache
def generated_dataset():
    """The generated days with the default features, ten decisions a second."""
    tapes = build_tapes(generated_folder())
    return Dataset.of(tapes, ByTime(100.0), MARKET_FEATURES, FEED)


@functools.cache
def random_dataset(tapes=2, packets=1500):
    """Random tapes of a quarter of a second, a decision every 2 ms."""
    enable_cache()
    made = [random_tape(40 + k, packets) for k in range(tapes)]
    return Dataset.of(made, ByTime(2.0), MARKET_FEATURES, FEED)


def random_actions(steps, num_envs, seed=0, stay=0.5):
    """`[steps, envs, 2]`: often the action before, so that quotes live for a while."""
    random = np.random.default_rng(seed)
    actions = random.integers(0, 7, (steps, num_envs, 2))
    for step in range(1, steps):
        same = random.random(num_envs) < stay
        actions[step, same] = actions[step - 1, same]
    return actions


def actions_of(space, steps, num_envs, seed=0, stay=0.5):
    """`[steps, envs, ...]` random actions of any space, often the one before."""
    random = np.random.default_rng(seed)
    space.seed(seed)
    actions = np.stack([[space.sample() for _ in range(num_envs)] for _ in range(steps)])
    for step in range(1, steps):
        same = random.random(num_envs) < stay
        actions[step, same] = actions[step - 1, same]
    return actions
