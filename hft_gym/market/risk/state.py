"""The start of a run, as the risk limits see it."""

import numpy as np

from hft_gym.kernel.jit import kernel


@kernel
def clear_risk(trader: np.void) -> None:
    """Start a run: nothing lost, nothing counted."""
    risk = trader["risk"]
    risk["next_free_ns"] = 0
    risk["last_ns"] = 0
    risk["counted_sent"] = 0
    risk["day_index"] = 0
    risk["day_start_microticks"] = 0
    risk["peak_microticks"] = 0
    risk["breach_count"] = 0
    risk["reason"] = 0
    risk["stop_reason"] = 0
    risk["noted_stop_reason"] = 0
    for slot in range(len(trader["asked_lots"])):
        trader["asked_lots"][slot] = 0
