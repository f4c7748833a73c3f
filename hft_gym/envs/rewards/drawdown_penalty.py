"""Profit and loss less a price on falling below what had been reached."""

from typing import NamedTuple

import numpy as np

from hft_gym.envs.interfaces import step_reward


class DrawdownPenalty(NamedTuple):
    """Change of equity minus `per_tick` for each tick by which the deepest drawdown grows.

    Over an episode this adds up to profit and loss minus `per_tick` * maximum drawdown. Being below
    the peak may cost as well, by the second.

    Attributes:
        per_tick: price of a tick of new deepest drawdown.
        per_tick_s: price of a second spent one tick below the peak.
    """

    per_tick: float = 0.5
    per_tick_s: float = 0.0


@step_reward.implement(DrawdownPenalty)
def _step_reward(model: DrawdownPenalty, env: np.void) -> float:
    # the peak and the deepest drawdown are those before the step
    drawdown = max(0.0, env["peak_ticks"] - env["equity_ticks"])
    deeper = max(0.0, drawdown - env["episode"]["max_drawdown_ticks"])
    return (
        env["step_pnl_ticks"]
        - model.per_tick * deeper
        - model.per_tick_s * drawdown * env["step_s"]
    )
