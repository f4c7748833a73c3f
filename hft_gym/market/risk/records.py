"""Memory layout of the risk limits' state and the words of their breaches."""

from enum import IntEnum

import numpy as np


class RiskReason(IntEnum):
    """Which limit held an order back, or stopped all trading; no number is one of `Reason` too."""

    ORDER_LOTS = 101  # larger than one order may be
    POSITION_LOTS = 102  # could take the position beyond its limit
    OPEN_ORDERS = 103  # as many orders as may be open
    MESSAGE_RATE = 104  # messages too fast
    MARGIN = 105  # the equity does not cover the initial margin
    STOPPED = 106  # the kill switch is on: only what reduces the position may leave
    DAILY_LOSS = 107  # kill: the day has lost as much as it may
    DRAWDOWN = 108  # kill: so far below the peak
    MARGIN_CALL = 109  # kill: the equity does not cover the maintenance margin
    BY_HAND = 110  # kill: somebody pressed the button


# What the limits remember of one trader; all zero is the start of a run.
RISK_DTYPE = np.dtype(
    [
        ("next_free_ns", "i8"),  # when the messages so far would have left at the even rate
        ("last_ns", "i8"),  # when the limits were last asked
        ("counted_sent", "i8"),  # of `messages_sent`: those that `next_free_ns` includes
        ("day_index", "i8"),  # days since 1970 of the trading day, plus 1; 0: not begun
        ("day_start_microticks", "i8"),  # equity when the day began
        ("peak_microticks", "i8"),  # highest equity of the run
        ("breach_count", "i8"),
        ("reason", "u1"),  # a `RiskReason`: of the last breach
        ("stop_reason", "u1"),  # why trading is stopped; 0: it is not
        ("noted_stop_reason", "u1"),  # the stop that the journal knows of
    ],
    align=True,
)
