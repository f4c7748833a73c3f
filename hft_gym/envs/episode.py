"""Episodes begin and end inside the kernel, from each environment's own random numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.interfaces import Models, OpenEnded, begin_task, hold
from hft_gym.features.engine import DECISION_DTYPE
from hft_gym.kernel.address import column
from hft_gym.kernel.jit import inlined_kernel, kernel
from hft_gym.kernel.random import below
from hft_gym.market.account import MICROTICKS, clear_trader, known_equity_ticks, learn
from hft_gym.market.columns import consumed_of
from hft_gym.market.interfaces import MarketModels, begin_episode, fee_microticks

FOREVER_NS = 2**62


@kernel
def look(env: np.void, decision: np.void) -> None:
    """Take in what the market shows at a decision."""
    env["ts_local_ns"] = decision["ts_local_ns"]
    env["bid_ticks"], env["ask_ticks"] = decision["bid_ticks"], decision["ask_ticks"]
    env["bid_lots"], env["ask_lots"] = decision["bid_lots"], decision["ask_lots"]
    env["is_tradable"] = decision["is_tradable"]
    env["trader"]["mid2_ticks"] = decision["bid_ticks"] + decision["ask_ticks"]


@kernel
def start_at(
    market: np.void, book: np.void, env: np.void, start_decision: int, end_decision: int
) -> None:
    """Begin an episode at a decision of the tape `env["tape"]`, flat and without orders."""
    decisions = column(market["decisions_address"], market["decisions"], DECISION_DTYPE)
    decision = decisions[start_decision]
    if env["trader"]["consumed_lots"] > 0:
        consumed_of(book)[:] = 0
    book["base_ticks"] = market["columns"]["index"]["base_ticks"]
    clear_trader(env["trader"], decision["row"], 0)
    look(env, decision)
    env["decision"], env["end_decision"] = start_decision, end_decision
    env["end_ns"] = decisions[end_decision]["ts_local_ns"]
    env["is_done"] = 0
    env["equity_ticks"] = 0.0
    env["peak_ticks"] = 0.0
    env["step_s"] = 0.0
    env["marked_position_lots"], env["marked_cash_ticks"] = 0, 0
    env["marked_fees_microticks"], env["marked_realised_ticks"] = 0, 0.0
    env["marked_mid2_ticks"] = env["trader"]["mid2_ticks"]
    mark(env)
    env["reward_place"] = 0
    env["reward_state"][:] = 0.0
    env["level_lots"][:] = 0
    episode = env["episode"]
    episode["tape"] = env["tape"]
    episode["start_decision"] = start_decision
    episode["steps"] = 0
    episode["reward"] = 0.0
    episode["max_position_lots"] = 0
    episode["abs_position_lot_steps"] = 0.0
    episode["max_drawdown_ticks"] = 0.0


@kernel
def vary(models: MarketModels, trader: np.void) -> None:
    """Let models of the market draw what holds for an episode that has just begun."""
    begin_episode(models.latency.entry, trader)
    begin_episode(models.latency.cancel, trader)
    begin_episode(models.latency.response, trader)
    begin_episode(models.fees, trader)


@kernel
def draw_start(spans: NDArray[Any], settings: np.void, env: np.void) -> tuple[int, int]:
    """A tape and a decision at which a whole episode fits, each place equally likely."""
    length = settings["episode_decisions"]
    places = 0
    for k in range(spans.size):
        places += spans[k]["stop_decision"] - spans[k]["first_decision"] - length
    place = below(env["trader"], places)
    for k in range(spans.size):
        span = spans[k]
        here = span["stop_decision"] - span["first_decision"] - length
        if place < here:
            return span["tape"], span["first_decision"] + place
        place -= here
    return spans[0]["tape"], spans[0]["first_decision"]


@inlined_kernel
def note_step(env: np.void, reward: float) -> None:
    """Add a step to what is kept of the episode."""
    episode = env["episode"]
    position = abs(env["trader"]["known_position_lots"])
    episode["steps"] += 1
    episode["reward"] += reward
    episode["max_position_lots"] = max(episode["max_position_lots"], position)
    episode["abs_position_lot_steps"] += position
    env["peak_ticks"] = max(env["peak_ticks"], env["equity_ticks"])
    drawdown = env["peak_ticks"] - env["equity_ticks"]
    episode["max_drawdown_ticks"] = max(episode["max_drawdown_ticks"], drawdown)


@kernel
def is_ruined(env: np.void, ruin_ticks: float) -> bool:
    """Whether what we know of has lost `ruin_ticks` or more; 0 never ruins."""
    trader = env["trader"]
    equity = known_equity_ticks(trader, trader["mid2_ticks"])
    return 0.0 < ruin_ticks <= -equity


@kernel
def settle(env: np.void) -> None:
    """At the end the exchange's truth counts: fills whose news is under way are known now."""
    learn(env["trader"], FOREVER_NS)


@inlined_kernel
def mark(env: np.void) -> None:
    """Equity at the known mid, how far the step moved it, and what it consists of.

    `step_pnl = step_spread + known position * step_mid - step_fees`.
    """
    trader = env["trader"]
    position, cash = trader["known_position_lots"], trader["known_cash_ticks"]
    fees, realised = trader["known_fees_microticks"], trader["known_realised_ticks"]
    mid2 = trader["mid2_ticks"]
    equity = known_equity_ticks(trader, mid2)
    env["step_pnl_ticks"] = equity - env["equity_ticks"]
    bought = position - env["marked_position_lots"]
    gained = cash - env["marked_cash_ticks"]
    env["step_spread_ticks"] = gained + 0.5 * bought * env["marked_mid2_ticks"]
    env["step_mid_ticks"] = 0.5 * (mid2 - env["marked_mid2_ticks"])
    env["step_fees_ticks"] = (fees - env["marked_fees_microticks"]) / MICROTICKS
    env["step_realised_ticks"] = realised - env["marked_realised_ticks"] - env["step_fees_ticks"]
    env["equity_ticks"] = equity
    env["marked_position_lots"], env["marked_cash_ticks"] = position, cash
    env["marked_fees_microticks"], env["marked_realised_ticks"] = fees, realised
    env["marked_mid2_ticks"] = mid2


@kernel
def hold_at_start(
    task: tuple, envs: NDArray[Any], lots: NDArray[np.int64], wanted: NDArray[np.bool_]
) -> None:
    """Let episodes that have just begun hold `lots` `[envs]`; what they cost the task says."""
    for k in range(envs.size):
        if wanted[k]:
            hold(task, envs[k], lots[k])
            mark_start(envs[k])


@kernel
def mark_start(env: np.void) -> None:
    """Mark what is held at the start, as nothing that a step has earned."""
    for _ in range(2):  # the second mark finds nothing changed
        mark(env)
    env["peak_ticks"] = env["equity_ticks"]


@kernel
def draw_position(task: tuple, env: np.void, most_lots: int) -> None:
    """Hold from minus to plus `most_lots`, each as likely, from the start; none without a touch."""
    if most_lots <= 0:
        return
    lots = below(env["trader"], 2 * most_lots + 1) - most_lots
    if lots != 0 and env["bid_lots"] > 0 and env["ask_lots"] > 0:
        hold(task, env, lots)
        mark_start(env)


@begin_task.implement(OpenEnded)
def _begin_task(task: OpenEnded, market: np.void, env: np.void) -> None:
    draw_position(task, env, task.start_lots)


@kernel
def close_episode(models: Models, env: np.void) -> None:
    """Write what is left of the episode, its position closed at the touch as a taker."""
    trader, episode = env["trader"], env["episode"]
    position = trader["known_position_lots"]
    px_ticks = env["bid_ticks"] if position > 0 else env["ask_ticks"]
    fees = trader["known_fees_microticks"]
    fees += fee_microticks(models.market.fees, trader, int(px_ticks), abs(position), False)
    fees_ticks = fees / MICROTICKS
    episode["pnl_ticks"] = trader["known_cash_ticks"] + position * px_ticks - fees_ticks
    episode["fees_ticks"] = fees_ticks
    episode["gross_spread_ticks"] = 0.5 * trader["spread_half_ticks"]
    episode["bid_fills"], episode["ask_fills"] = trader["bid_fills"], trader["ask_fills"]
    episode["lots_traded"], episode["taker_lots"] = trader["lots_traded"], trader["taker_lots"]
    episode["final_position_lots"] = position
    episode["quotes"], episode["rejected"] = trader["messages_sent"], trader["rejected"]
    episode["stop_reason"] = trader["risk"]["stop_reason"]
