"""The step of a whole batch of environments, in one call of one kernel."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.episode import (
    close_episode,
    draw_start,
    is_ruined,
    look,
    mark,
    note_step,
    settle,
    start_at,
    vary,
)
from hft_gym.envs.interfaces import (
    Models,
    begin_acting,
    begin_task,
    carry_out,
    conclude,
    is_complete,
    record_of,
    step_reward,
    sum_up,
)
from hft_gym.envs.levels import note_levels
from hft_gym.envs.records import MARKET_DTYPE
from hft_gym.envs.stopping import stopped
from hft_gym.envs.warm import STATE_AHEAD, TAPE_AHEAD, warm_state, warm_tape
from hft_gym.features.engine import DECISION_DTYPE
from hft_gym.features.interfaces import level_readers, write_own
from hft_gym.kernel.address import column, unowned
from hft_gym.kernel.far import call_at, machine_code_of
from hft_gym.kernel.jit import enable_cache, inlined_kernel, kernel
from hft_gym.kernel.random import below
from hft_gym.market.account import learn
from hft_gym.market.columns import BOOK_DTYPE
from hft_gym.market.exchange import advance
from hft_gym.market.risk.kill import stop_if_told


class World(NamedTuple):
    """What all environments share and none changes."""

    markets: NDArray[Any]  # MARKET_DTYPE, one row for each tape
    spans: NDArray[Any]  # SPAN_DTYPE
    settings: NDArray[Any]  # SETTINGS_DTYPE, one row


class Batch(NamedTuple):
    """The state of the environments, one row each."""

    envs: NDArray[Any]  # ENV_DTYPE
    books: NDArray[Any]  # BOOK_DTYPE


class Outcome(NamedTuple):
    """What a step writes, one row for each environment."""

    observations: NDArray[np.float32]  # [envs, features]
    rewards: NDArray[np.float32]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    final_observations: NDArray[np.float32]  # [envs, features], where an episode has ended
    finished: NDArray[Any]  # EPISODE_DTYPE, where an episode has ended


@inlined_kernel
def observe(models: Models, market: np.void, env: np.void, out: NDArray[np.float32]) -> None:
    """One observation: the market's features of this decision, then our own."""
    width = out.size - len(models.own_features)
    table = column(market["features_address"], market["decisions"] * width, np.float32)
    first = np.uint64(env["decision"] * width)
    for k in range(np.uint64(width)):
        out[k] = table[first + k]
    write_own(models.own_features, env, env["ts_local_ns"], out, width)


@inlined_kernel
def row_of(table: NDArray[np.float32], k: int) -> NDArray[np.float32]:
    """Row `k` of a contiguous table, not counted as a reference to it: counting costs more."""
    width = table.shape[1]
    return column(table.ctypes.data + 4 * k * width, width, np.float32)


@kernel
def start(
    models: Models, market: np.void, book: np.void, env: np.void, first: int, last: int
) -> None:
    """Begin an episode between two decisions of the tape `env["tape"]`."""
    start_at(market, book, env, first, last)
    vary(models.market, env["trader"])
    begin_acting(models.action, env)
    begin_task(models.task, market, env)


@kernel
def begin(models: Models, world: World, batch: Batch, k: int, stagger: bool) -> None:
    """Begin an episode of environment `k` at a random place; `stagger`: with a random length."""
    env = batch.envs[k]
    settings = world.settings[0]
    tape, first = draw_start(world.spans, settings, env)
    length = settings["episode_decisions"]
    if stagger:
        length = 1 + below(env["trader"], length)
    env["tape"] = tape
    market = world.markets[tape]
    start(models, market, batch.books[k], env, first, first + length)


@inlined_kernel
def step_one(
    models: Models,
    market: np.void,
    settings: np.void,
    book: np.void,
    env: np.void,
    action: NDArray[Any],
) -> tuple[float, bool, bool]:
    """Act, let the market go on to the next decision, learn what came back; reward and ends.

    Once the kill switch of the risk model is on it acts instead, and the end is `terminated`.
    """
    risks, tape, trader = (models.market.risk,), market["columns"], env["trader"]
    if not stop_if_told(risks, models.market, tape, trader, env["ts_local_ns"]) > 0:
        carry_out(models.action, models.market, tape, env, action, settings)

    decisions = column(market["decisions_address"], market["decisions"], DECISION_DTYPE)
    env["decision"] += 1
    decision = decisions[env["decision"]]
    now_ns = decision["ts_local_ns"]
    env["step_s"] = (now_ns - env["ts_local_ns"]) * 1e-9
    # by its address: an exchange is compiled once, not again with everything around it
    exchange = (models.market, tape, book, trader, decision["row"], now_ns)
    call_at(settings["advance_address"], advance, exchange)

    look(env, decision)
    learn(env["trader"], now_ns)
    if level_readers(models.own_features) > 0:
        note_levels(tape, book, env)
    truncated = env["decision"] >= env["end_decision"]
    terminated = is_ruined(env, settings["ruin_ticks"]) or is_complete(models.task, env)
    terminated |= stopped(risks, trader, now_ns) > 0
    if truncated or terminated:
        settle(env)
        terminated |= trader["risk"]["stop_reason"] > 0  # cut off before all was closed
        terminated |= conclude(models.task, models.market, market, book, env)
    mark(env)
    reward = step_reward(models.reward, env)
    note_step(env, reward)
    return reward, terminated, truncated


@inlined_kernel
def step_batch(
    models: Models,
    world: World,
    batch: Batch,
    actions: NDArray[Any],
    outcome: Outcome,
    part: tuple[int, int],
) -> None:
    """Step the environments `part[0]` to `part[1]`, the latter not included."""
    width = outcome.observations.shape[1] - len(models.own_features)
    for k in range(part[0], part[1]):
        warm_state(batch.envs, k + STATE_AHEAD)
        warm_tape(world.markets, batch.envs, k + TAPE_AHEAD, width)
        env = batch.envs[k]
        if env["is_done"]:  # waits for its reset
            outcome.rewards[k] = 0.0
            outcome.terminated[k] = False
            outcome.truncated[k] = False
            row = row_of(outcome.observations, k)
            observe(models, world.markets[env["tape"]], env, row)
            continue
        market = world.markets[env["tape"]]
        reward, terminated, truncated = step_one(
            models, market, world.settings[0], batch.books[k], env, actions[k]
        )
        outcome.rewards[k] = reward
        outcome.terminated[k] = terminated
        outcome.truncated[k] = truncated and not terminated
        if terminated or truncated:
            close_episode(models, env)
            sum_up(models.task, market, env)
            env["is_done"] = 1
            outcome.finished[k] = env["episode"]
            final = row_of(outcome.final_observations, k)
            observe(models, world.markets[env["tape"]], env, final)
            if world.settings[0]["autoreset"]:
                begin(models, world, batch, k, False)
        observe(models, world.markets[env["tape"]], env, row_of(outcome.observations, k))


@kernel
def step_slice(
    models: Models,
    world: World,
    batch: Batch,
    actions: NDArray[Any],
    outcome: Outcome,
    part: tuple[int, int],
) -> None:
    """`step_batch` without counting references to the arrays at every environment."""
    world = World(unowned(world.markets), unowned(world.spans), unowned(world.settings))
    batch = Batch(unowned(batch.envs), unowned(batch.books))
    outcome = Outcome(
        unowned(outcome.observations),
        unowned(outcome.rewards),
        unowned(outcome.terminated),
        unowned(outcome.truncated),
        unowned(outcome.final_observations),
        unowned(outcome.finished),
    )
    step_batch(models, world, batch, unowned(actions), outcome, part)


@kernel
def begin_batch(
    models: Models,
    world: World,
    batch: Batch,
    wanted: NDArray[np.bool_],
    observations: NDArray[np.float32],
    stagger: bool,
) -> None:
    """Begin an episode at a random place in every environment that is wanted; observe all."""
    for k in range(batch.envs.size):
        if wanted[k]:
            begin(models, world, batch, k, stagger)
        env = batch.envs[k]
        observe(models, world.markets[env["tape"]], env, observations[k])


@kernel
def begin_batch_at(
    models: Models,
    world: World,
    batch: Batch,
    places: NDArray[np.int64],
    observations: NDArray[np.float32],
) -> None:
    """Begin an episode at `places` `[envs, 3]` (tape, first and last decision; tape -1: leave)."""
    for k in range(batch.envs.size):
        env = batch.envs[k]
        if places[k, 0] >= 0:
            env["tape"] = places[k, 0]
            market = world.markets[env["tape"]]
            start(models, market, batch.books[k], env, places[k, 1], places[k, 2])
        observe(models, world.markets[env["tape"]], env, observations[k])


class Kernels(NamedTuple):
    """The kernels of a batch with the numbers of its models baked in."""

    step: Callable[..., None]
    begin: Callable[..., None]
    begin_at: Callable[..., None]


def bind(models: Models) -> Kernels:
    """Kernels for these models.

    Passing nested NamedTuples costs 6 to 24 us a call; thin closures over their numbers cost none
    of it. Only closures over numbers are found again in the disk cache by the next process.
    """

    @kernel
    def step(
        markets: Any,
        spans: Any,
        settings: Any,
        envs: Any,
        books: Any,
        actions: Any,
        observations: Any,
        rewards: Any,
        terminated: Any,
        truncated: Any,
        final_observations: Any,
        finished: Any,
        first: int,
        stop: int,
    ) -> None:
        outcome = Outcome(
            observations, rewards, terminated, truncated, final_observations, finished
        )
        world, batch = World(markets, spans, settings), Batch(envs, books)
        step_slice(models, world, batch, actions, outcome, (first, stop))

    @kernel
    def begin_wanted(
        markets: Any,
        spans: Any,
        settings: Any,
        envs: Any,
        books: Any,
        wanted: Any,
        observations: Any,
        stagger: bool,
    ) -> None:
        world, batch = World(markets, spans, settings), Batch(envs, books)
        begin_batch(models, world, batch, wanted, observations, stagger)

    @kernel
    def begin_at(
        markets: Any,
        spans: Any,
        settings: Any,
        envs: Any,
        books: Any,
        places: Any,
        observations: Any,
    ) -> None:
        world, batch = World(markets, spans, settings), Batch(envs, books)
        begin_batch_at(models, world, batch, places, observations)

    enable_cache()
    return Kernels(step, begin_wanted, begin_at)


def exchange_address(models: Models) -> int:
    """Address of the machine code of the exchange, which `bind`'s step finds in its settings."""
    return machine_code_of(advance, *exchange_arguments(models))


def exchange_arguments(models: Models) -> tuple[Any, ...]:
    """What the step gives to the exchange, by types."""
    market, book = np.zeros(1, MARKET_DTYPE)[0], np.zeros(1, BOOK_DTYPE)[0]
    trader = np.zeros(1, record_of(models))[0]["trader"]
    return models.market, market["columns"], book, trader, 0, 0
