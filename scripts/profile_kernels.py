"""Where the kernels' time goes: python scripts/profile_kernels.py [STEPS]."""

import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np

from hft_gym.envs.core import BatchCore
from hft_gym.envs.data import load
from hft_gym.envs.defaults import MARKET_FEATURES, MODELS
from hft_gym.features.engine import market_features

NUM_ENVS = 1024


def seconds(call: Callable[[], object]) -> float:
    """Time of the second call; the first one compiles."""
    call()
    start = perf_counter()
    call()
    return perf_counter() - start


def main(steps: int) -> None:
    """Print the cost of each market feature and of a batch step."""
    dataset = load(None, 100.0, 50_000)
    market = dataset.markets[0]
    rows = len(market.tape)

    def one_pass(*features: object) -> float:
        took_s = seconds(lambda: market_features(market.tape, features, market.decisions))
        return took_s / rows * 1e9

    bare_ns = one_pass()
    print(f"{'replay alone':<40} {bare_ns:8.2f} ns a row")
    for feature in MARKET_FEATURES:
        print(f"{feature!s:<40} {one_pass(feature) - bare_ns:8.2f} ns a row on top")

    core = BatchCore(dataset, MODELS, NUM_ENVS)
    core.reset(np.arange(NUM_ENVS))
    actions = np.zeros((NUM_ENVS, 2), np.int64)
    took_s = seconds(lambda: [core.step(actions) for _ in range(steps)])
    print(f"{'a step of a batch of ' + str(NUM_ENVS):<40} {took_s / steps * 1e3:8.2f} ms")
    print(f"{NUM_ENVS * steps / took_s:,.0f} environment steps/s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
