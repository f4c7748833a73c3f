"""One window, moment by moment, for a picture or for an inspection of fills."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hft_gym.evaluation.rollout import Core, Policy, Remembers

FILL_DTYPE = np.dtype(
    [("t_ns", np.int64), ("side", np.int64), ("px_ticks", np.float64), ("lots", np.int64)]
)

# What the exchange has counted of us up to a decision.
_COUNT_DTYPE = np.dtype(
    [("position_lots", np.int64), ("lots_traded", np.int64), ("spread_ticks", np.float64)]
)


@dataclass(frozen=True, slots=True)
class Trace:
    """`[m]` moments of one window: its decisions and, last, its end; and `[f]` fills.

    Attributes:
        policy: name.
        tape: number of the tape.
        t_ns: `[m]` i8 local time.
        bid_ticks: `[m]` f8 best bid; NaN while there is none.
        ask_ticks: `[m]` f8 best ask; NaN while there is none.
        own_bid_ticks: `[m]` f8 price of our resting bid; NaN for none.
        own_ask_ticks: `[m]` f8 price of our resting ask; NaN for none.
        position_lots: `[m]` i8 position known; at the end before it is closed.
        pnl_ticks: `[m]` f8 profit known, marked at the mid; at the end after closing and fees.
        fills: `[f]` FILL_DTYPE, side +1 bought, -1 sold; `t_ns` of the decision that follows.
        episode: EPISODE_DTYPE record of the window.
    """

    policy: str
    tape: int
    t_ns: NDArray[np.int64]
    bid_ticks: NDArray[np.float64]
    ask_ticks: NDArray[np.float64]
    own_bid_ticks: NDArray[np.float64]
    own_ask_ticks: NDArray[np.float64]
    position_lots: NDArray[np.int64]
    pnl_ticks: NDArray[np.float64]
    fills: NDArray[np.void]
    episode: np.void


def trace(core: Core, policy: Policy, window: NDArray[np.int64]) -> Trace:
    """Run `policy` over one window in row 0 of `core`; the other rows repeat it.

    Args:
        core: any number of environments; its state is lost.
        policy: acts on all rows at once.
        window: `[3]` tape, first and last decision.
    """
    if isinstance(policy, Remembers):
        policy.begin()
    observations = core.reset_at(np.tile(window, (core.num_envs, 1)))
    views, counts = [], []
    done = False
    while not done:
        view = core.view()
        views.append(view[:1].copy())
        counts.append(_counts(core))
        observations, _, terminated, truncated = core.step(policy.act(observations, view))
        done = bool(terminated[0] or truncated[0])
    episode = core.finished[0].copy()
    # by now the core may show its next episode: the end is read from the episode's record
    end = (episode["final_position_lots"], episode["lots_traded"], episode["gross_spread_ticks"])
    moments = _with_end(np.concatenate(views), episode, ran_out=bool(truncated[0]))
    return Trace(
        policy=policy.name,
        tape=int(episode["tape"]),
        t_ns=moments["ts_local_ns"].copy(),
        bid_ticks=_shown(moments["bid_ticks"], moments["bid_lots"]),
        ask_ticks=_shown(moments["ask_ticks"], moments["ask_lots"]),
        own_bid_ticks=_shown(moments["own_bid_ticks"], moments["own_bid_lots"]),
        own_ask_ticks=_shown(moments["own_ask_ticks"], moments["own_ask_lots"]),
        position_lots=moments["position_lots"].copy(),
        pnl_ticks=moments["pnl_ticks"].copy(),
        fills=_fills(moments, np.array([*counts, end], _COUNT_DTYPE)),
        episode=episode,
    )


def _counts(core: Core) -> tuple[int, int, float]:
    trader = core.envs[0]["trader"]
    return trader["position_lots"], trader["lots_traded"], 0.5 * trader["spread_half_ticks"]


def _with_end(views: NDArray[np.void], episode: np.void, ran_out: bool) -> NDArray[np.void]:
    """Put the window's end behind its last decision, whose touch stands in for the end's."""
    moments = np.concatenate([views, views[-1:]])
    left_ns = int(views["time_left_ns"][-1])
    if not ran_out and len(views) > 1:  # ruined on the way: a step after the last decision
        left_ns = int(views["ts_local_ns"][-1] - views["ts_local_ns"][-2])
    moments["ts_local_ns"][-1] += left_ns
    moments["position_lots"][-1] = episode["final_position_lots"]
    moments["pnl_ticks"][-1] = episode["pnl_ticks"]
    return moments


def _shown(px_ticks: NDArray[np.int32], lots: NDArray[np.int32]) -> NDArray[np.float64]:
    return np.where(lots > 0, px_ticks, np.nan)


def _fills(moments: NDArray[np.void], counts: NDArray[np.void]) -> NDArray[np.void]:
    """Fills between decisions from what the exchange counted before and after, buys first.

    Lots are exact. The price is the step's mean distance from the mid at which it began: exact
    where one price traded, and always such that the spread captured adds up.
    """
    position, traded = np.diff(counts["position_lots"]), np.diff(counts["lots_traded"])
    spread_ticks = np.diff(counts["spread_ticks"])
    mid_ticks = (moments["bid_ticks"].astype(np.int64) + moments["ask_ticks"])[:-1] / 2.0
    parts = []
    for side in (1, -1):
        lots = (traded + side * position) // 2
        at = np.flatnonzero(lots)
        fills = np.zeros(len(at), FILL_DTYPE)
        fills["t_ns"] = moments["ts_local_ns"][at + 1]
        fills["side"] = side
        fills["px_ticks"] = mid_ticks[at] - side * spread_ticks[at] / traded[at]
        fills["lots"] = lots[at]
        parts.append(fills)
    fills = np.concatenate(parts)
    return fills[np.argsort(fills["t_ns"], kind="stable")]
