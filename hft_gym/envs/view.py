"""What a rule may know: the public part of the environments' records."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.envs.records import VIEW_DTYPE
from hft_gym.market.records import Intent

WORST = -(2**31)  # in ticks towards the market: worse than every order


def view_of(envs: NDArray[Any]) -> NDArray[Any]:
    """`[n]` of `VIEW_DTYPE` of `[n]` environments."""
    trader = envs["trader"]
    out = np.zeros(len(envs), VIEW_DTYPE)
    for name in ("tape", "decision", "ts_local_ns", "bid_ticks", "ask_ticks"):
        out[name] = envs[name]
    for name in ("bid_lots", "ask_lots"):
        out[name] = envs[name]
    out["time_left_ns"] = envs["end_ns"] - envs["ts_local_ns"]
    out["steps"] = envs["episode"]["steps"]
    out["steps_left"] = envs["end_decision"] - envs["decision"]
    task = envs.dtype["task"].names if "task" in (envs.dtype.names or ()) else ()
    if "start_position_lots" in (task or ()):
        out["start_position_lots"] = envs["task"]["start_position_lots"]
    out["position_lots"] = trader["known_position_lots"]
    out["pnl_ticks"] = envs["equity_ticks"]
    for side, name in ((1, "bid"), (-1, "ask")):
        px_ticks, lots = best_of(trader["intents"], side)
        out[f"own_{name}_ticks"], out[f"own_{name}_lots"] = px_ticks, lots
    return out


def best_of(intents: NDArray[Any], side: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Price in ticks and lots `[n]` of our best order of a side, as we know it; 0 and 0: none.

    An order that is being cancelled counts until the answer is back.

    Args:
        intents: `[n, orders]` of `INTENT_DTYPE`.
        side: +1 bid, -1 ask.
    """
    works = (intents["state"] != Intent.NONE) & (intents["side"] == side)
    reach = np.where(works, side * intents["px_ticks"].astype(np.int64), WORST)
    best = intents[np.arange(len(intents)), reach.argmax(1)]
    there = works.any(1)
    return np.where(there, best["px_ticks"], 0), np.where(there, best["leaves_lots"], 0)
