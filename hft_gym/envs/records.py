"""Memory layouts of the environments. Times in ns, prices in ticks, sizes in lots."""

import numpy as np

from hft_gym.market.columns import COLUMNS_DTYPE
from hft_gym.market.records import trader_dtype

SIDES = 2  # slot 0 is our bid, slot 1 our ask
TRADER_DTYPE = trader_dtype(orders=SIDES)  # no wider than it must be: a batch has thousands
REWARDS = 8  # terms of a sum of rewards
REWARD_STATE = 4  # floats that each of them may keep

# One row for each tape: where its columns, index, decisions and features lie in memory.
MARKET_DTYPE = np.dtype(
    [
        ("columns", COLUMNS_DTYPE),
        ("decisions", "i8"),
        ("decisions_address", "i8"),
        ("features_address", "i8"),
    ],
    align=True,
)

# A stretch of decisions of one tape in which episodes may lie.
SPAN_DTYPE = np.dtype(
    [("tape", "i8"), ("first_decision", "i8"), ("stop_decision", "i8")], align=True
)

SETTINGS_DTYPE = np.dtype(
    [
        ("episode_decisions", "i8"),
        ("max_position_lots", "i8"),
        ("ruin_ticks", "f8"),  # an episode that has lost so much ends; 0: never
        ("autoreset", "u1"),
    ],
    align=True,
)

# What is left of an episode when it is over.
EPISODE_DTYPE = np.dtype(
    [
        ("tape", "i8"),
        ("start_decision", "i8"),
        ("steps", "i8"),
        ("reward", "f8"),  # sum over the steps
        ("pnl_ticks", "f8"),  # after fees, the position closed at the touch as a taker
        ("fees_ticks", "f8"),
        ("gross_spread_ticks", "f8"),  # sum of side * (mid - px) * lots over the fills
        ("bid_fills", "i8"),
        ("ask_fills", "i8"),
        ("lots_traded", "i8"),
        ("taker_lots", "i8"),
        ("max_position_lots", "i8"),
        ("abs_position_lot_steps", "f8"),  # sum of |position| over the steps
        ("final_position_lots", "i8"),  # before it is closed
        ("max_drawdown_ticks", "f8"),
        ("quotes", "i8"),  # messages sent
        ("rejected", "i8"),
    ],
    align=True,
)

ENV_DTYPE = np.dtype(
    [
        ("tape", "i8"),
        ("decision", "i8"),
        ("end_decision", "i8"),
        ("end_ns", "i8"),
        ("ts_local_ns", "i8"),
        ("bid_ticks", "i4"),  # the touch known at the decision
        ("ask_ticks", "i4"),
        ("bid_lots", "i4"),
        ("ask_lots", "i4"),
        ("is_tradable", "u1"),
        ("is_done", "u1"),
        ("equity_ticks", "f8"),  # known, marked at the mid, after fees
        ("peak_ticks", "f8"),
        ("step_pnl_ticks", "f8"),  # change of equity in the last step
        ("step_s", "f8"),  # how long the last step was
        ("step_mid_ticks", "f8"),  # change of the mid in the last step
        ("step_spread_ticks", "f8"),  # side * (mid at its beginning - px) * lots of known fills
        ("step_realised_ticks", "f8"),  # of lots closed in the last step, after fees
        ("step_fees_ticks", "f8"),
        ("marked_position_lots", "i8"),  # what was known at the last mark
        ("marked_cash_ticks", "i8"),
        ("marked_fees_microticks", "i8"),
        ("marked_realised_ticks", "f8"),
        ("marked_mid2_ticks", "i8"),
        ("level_lots", "i4", (SIDES,)),  # of others at our quotes' prices, where a feature asks
        ("target_px_ticks", "i4", (SIDES,)),
        ("target_lots", "i4", (SIDES,)),
        ("target_post_only", "u1"),
        ("episode", EPISODE_DTYPE),
        ("trader", TRADER_DTYPE),
        ("reward_place", "i8"),  # whose row of the next field it is: see `reward_memory`
        ("reward_state", "f8", (REWARDS, REWARD_STATE)),  # what rewards keep; 0 at the start
    ],
    align=True,
)

# What a rule may know at its decision: one row for each environment.
VIEW_DTYPE = np.dtype(
    [
        ("tape", "i8"),
        ("decision", "i8"),
        ("ts_local_ns", "i8"),
        ("time_left_ns", "i8"),
        ("bid_ticks", "i4"),
        ("ask_ticks", "i4"),
        ("bid_lots", "i4"),
        ("ask_lots", "i4"),
        ("position_lots", "i8"),
        ("pnl_ticks", "f8"),
        ("own_bid_ticks", "i4"),
        ("own_ask_ticks", "i4"),
        ("own_bid_lots", "i4"),  # 0: no bid of ours, `own_bid_ticks` means nothing
        ("own_ask_lots", "i4"),
    ],
    align=True,
)
