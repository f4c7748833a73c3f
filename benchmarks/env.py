"""How fast environments step: python -m benchmarks.env [--json].

Before anything is timed the result is checked: the same episodes in batches of other sizes, on one
and on two threads, must give the same bytes. Speed is set beside a limit measured in the same run:
bare replay of the same rows into a ladder, without orders, features or observations.
"""

import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.vec_env import HftVecEnv
from benchmarks.machine import arguments, machine, show
from benchmarks.single import single_figures
from hft_gym.book.ladder import apply_rows
from hft_gym.envs.core import BatchCore
from hft_gym.envs.dataset import Dataset
from hft_gym.envs.defaults import MARKET_FEATURES, MODELS
from hft_gym.envs.grid import ByEvents
from hft_gym.envs.interfaces import Models
from hft_gym.tape.build import build_tapes
from hft_gym.tape.generated import GeneratedMarket, default_folder, generate

EPISODE = 600
ROUNDS = 7  # the best one counts: the others were disturbed
STEPS = 150  # a round


def make_dataset(events: int, features: tuple[Any, ...] = MARKET_FEATURES) -> Dataset:
    """Two generated days, a decision every so many events; all default features of the market."""
    market = GeneratedMarket(days=2)
    folder = default_folder(market)
    generate(market, folder)
    feed = MODELS.market.latency.feed
    return Dataset.of(build_tapes(folder), ByEvents(events), features, feed)


def make_core(dataset: Dataset, num_envs: int, threads: int, models: Models = MODELS) -> BatchCore:
    """Environments in mid-episode, seeded."""
    core = BatchCore(dataset, models, num_envs, episode_decisions=EPISODE, threads=threads)
    core.reset(np.arange(num_envs), stagger=True)
    return core


def make_actions(num_envs: int, seed: int = 0) -> NDArray[np.int64]:
    """`[32, envs, 2]` random actions; used one after the other, every quote changes every step."""
    return np.random.default_rng(seed).integers(0, 7, (32, num_envs, 2))


def idle_actions(num_envs: int) -> NDArray[np.int64]:
    """`[1, envs, 2]` actions that quote nothing: the book, the features and the account remain."""
    return np.full((1, num_envs, 2), 6)


def kept_actions(num_envs: int) -> NDArray[np.int64]:
    """`[320, envs, 2]` random actions that are kept for ten steps each."""
    return np.repeat(make_actions(num_envs), 10, axis=0)


def check(dataset: Dataset) -> None:
    """Stop unless batches of any size and any number of threads give the same bytes.

    Raises:
        AssertionError: they do not.
    """
    actions = make_actions(64)
    streams = []
    for first, stop, threads in ((0, 64, 1), (0, 64, 2), (17, 24, 1)):
        core = BatchCore(dataset, MODELS, stop - first, episode_decisions=100, threads=threads)
        core.reset(np.arange(first, stop))
        steps = [core.step(actions[k % 32, first:stop])[:2] for k in range(250)]
        part = slice(17 - first, 24 - first)
        streams.append([(o[part].tobytes(), r[part].tobytes()) for o, r in steps])
    if not streams[0] == streams[1] == streams[2]:
        raise AssertionError("batches of other sizes or threads gave other bytes")


def best_s(work: Callable[[], Any]) -> float:
    """Seconds of the least disturbed round."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)


def core_steps_per_s(core: BatchCore, actions: NDArray[np.int64]) -> float:
    """Environment steps a second through the core."""

    def work() -> None:
        for k in range(STEPS):
            core.step(actions[k % len(actions)])

    return core.num_envs * STEPS / best_s(work)


def turn_by_turn_s(cores: list[BatchCore | HftVecEnv], actions: NDArray[np.int64]) -> list[float]:
    """Seconds of the least disturbed round of each; they take turns."""
    best = [float("inf")] * len(cores)
    for _ in range(2 * ROUNDS):  # the first one warms up
        for which, core in enumerate(cores):
            start = perf_counter()
            for k in range(STEPS):
                core.step(actions[k % len(actions)])
            best[which] = min(best[which], perf_counter() - start)
    return best


def sb3_overhead_pct(dataset: Dataset, num_envs: int) -> float:
    """What the Stable-Baselines3 adapter adds to a step, in per cent."""
    core, inner = (make_core(dataset, num_envs, 1) for _ in range(2))
    core_s, adapter_s = turn_by_turn_s([core, HftVecEnv(inner)], make_actions(num_envs))
    return 100.0 * (adapter_s / core_s - 1.0)


def two_threads_speedup(dataset: Dataset, num_envs: int) -> float:
    """Speed of two threads over that of one."""
    one, two = (make_core(dataset, num_envs, threads) for threads in (1, 2))
    one_s, two_s = turn_by_turn_s([one, two], make_actions(num_envs))
    return one_s / two_s


def observing_overhead_pct(dataset: Dataset, events: int, num_envs: int) -> float:
    """What all default features, of the market and of our own, add to steps that show none."""
    blind = MODELS._replace(own_features=())
    unseen = make_core(make_dataset(events, ()), num_envs, 1, blind)
    blind_s, seeing_s = turn_by_turn_s(
        [unseen, make_core(dataset, num_envs, 1)], make_actions(num_envs)
    )
    return 100.0 * (seeing_s / blind_s - 1.0)


def replay_limit_events_per_s(dataset: Dataset) -> float:
    """Rows a second of bare replay into a ladder."""
    market = dataset.markets[0]
    tape = market.tape
    ladder = np.zeros(dataset.places, np.int32)
    columns = (tape.kind, tape.side, tape.px_ticks, tape.lots)

    def work() -> None:
        ladder[:] = 0
        apply_rows(ladder, market.index.base_ticks, *columns, (0, len(tape)))

    return len(tape) / best_s(work)


def measure(num_envs: int, events: int, threads: int) -> dict[str, Any]:
    """The figures, by name."""
    dataset = make_dataset(events)
    check(dataset)
    rows = [np.diff(m.decisions["row"]).mean() for m in dataset.markets]
    events_per_step = float(np.mean(rows))
    speed, kept, idle = (
        core_steps_per_s(make_core(dataset, num_envs, threads), actions(num_envs))
        for actions in (make_actions, kept_actions, idle_actions)
    )
    limit = replay_limit_events_per_s(dataset)
    return {
        "env_steps_per_s": round(speed),
        "events_per_s": round(speed * events_per_step),
        "events_per_step": round(events_per_step, 2),
        "threads": threads,
        "two_threads_speedup": round(two_threads_speedup(dataset, num_envs), 2),
        "observing_overhead_pct": round(observing_overhead_pct(dataset, events, num_envs), 1),
        "sb3_overhead_pct": round(sb3_overhead_pct(dataset, num_envs), 2),
        "kept_quotes_env_steps_per_s": round(kept),
        "idle_env_steps_per_s": round(idle),
        "num_envs": num_envs,
        "features": len(MARKET_FEATURES) + len(MODELS.own_features),
        "bare_replay_events_per_s": round(limit),
        "share_of_bare_replay": round(speed * events_per_step / limit, 3),
        **single_figures(dataset, EPISODE),
        "machine": machine(),
    }


def main() -> int:
    """Command line."""
    parser = arguments(__file__, __doc__)
    parser.add_argument("--envs", type=int, default=1024, help="environments in a batch")
    parser.add_argument("--events", type=int, default=34, help="rows of the tape for a step")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    figures = measure(options.envs, options.events, options.threads)
    show(figures, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
