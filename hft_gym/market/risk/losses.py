"""The kill switch: what we have lost, and when that stops all trading."""

from typing import Any

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.market.account import MICROTICKS
from hft_gym.market.margin import is_called
from hft_gym.market.risk.records import RiskReason

DAY_NS = 86_400_000_000_000
DAILY_LOSS, DRAWDOWN = int(RiskReason.DAILY_LOSS), int(RiskReason.DRAWDOWN)
MARGIN_CALL, BY_HAND = int(RiskReason.MARGIN_CALL), int(RiskReason.BY_HAND)


@kernel
def known_pnl_microticks(trader: np.void) -> int:
    """What we know to have earned, marked at the last mid we saw, after fees; exact."""
    cash = int(trader["known_cash_ticks"]) * MICROTICKS
    marked = int(trader["known_position_lots"]) * int(trader["mid2_ticks"]) * (MICROTICKS // 2)
    return cash + marked - int(trader["known_fees_microticks"])


@kernel
def stop(trader: np.void, reason: int) -> None:
    """Stop all trading; `reason` is a `RiskReason`, of a person's own will BY_HAND."""
    trader["risk"]["stop_reason"] = reason
    trader["risk"]["reason"] = reason
    trader["risk"]["breach_count"] += 1


@kernel
def resume(trader: np.void) -> None:
    """Let trading go on, with losses counted anew from here."""
    risk = trader["risk"]
    pnl = known_pnl_microticks(trader)
    risk["stop_reason"] = 0
    risk["noted_stop_reason"] = 0
    risk["day_start_microticks"] = pnl
    risk["peak_microticks"] = pnl


@kernel
def _begin_day(limits: Any, risk: np.void, pnl: int, now_ns: int) -> None:
    day = (now_ns - limits.day_start_ns) // DAY_NS + 1
    if day != risk["day_index"]:
        risk["day_index"] = day
        risk["day_start_microticks"] = pnl
        if risk["stop_reason"] == DAILY_LOSS:
            risk["stop_reason"] = 0
            risk["noted_stop_reason"] = 0


@kernel
def watch_losses(limits: Any, trader: np.void, now_ns: int) -> None:
    """Take note of the day and of the peak; stop all trading where too much is lost."""
    risk = trader["risk"]
    pnl = known_pnl_microticks(trader)
    _begin_day(limits, risk, pnl, now_ns)
    risk["peak_microticks"] = max(int(risk["peak_microticks"]), pnl)
    if risk["stop_reason"] > 0:
        return
    of_day = int(risk["day_start_microticks"]) - pnl
    of_peak = int(risk["peak_microticks"]) - pnl
    if limits.daily_loss_ticks > 0 and of_day >= limits.daily_loss_ticks * MICROTICKS:
        stop(trader, DAILY_LOSS)
    elif limits.drawdown_ticks > 0 and of_peak >= limits.drawdown_ticks * MICROTICKS:
        stop(trader, DRAWDOWN)
    elif is_called(limits.margin, int(trader["known_position_lots"]), pnl):
        stop(trader, MARGIN_CALL)
