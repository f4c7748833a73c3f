"""Memory layouts of the environments. Times in ns, prices in ticks, sizes in lots."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from hft_gym.market.columns import COLUMNS_DTYPE
from hft_gym.market.records import trader_dtype

Fields = Sequence[tuple[Any, ...]]  # of a structured dtype

SIDES = 2  # even slots are our bids, odd ones our asks, where an action model has quotes
MESSAGES_PER_ORDER = 4  # under way, beyond the 16 that every trader may have
REWARDS = 8  # terms of a sum of rewards
REWARD_STATE = 4  # floats that each of them may keep

# One row for each tape: where its columns, index, decisions and features lie in memory.
MARKET_DTYPE = np.dtype(
    [
        ("columns", COLUMNS_DTYPE),
        ("decisions", "i8"),
        ("decisions_address", "i8"),
        ("features_address", "i8"),
        ("benchmarks_address", "i8"),  # of `tasks.benchmarks.benchmarks_of`; 0: nobody asks
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
        ("advance_address", "u8"),  # of the machine code of the exchange
        ("autoreset", "u1"),
    ],
    align=True,
)

# What is left of an episode when it is over; a task may add fields of its own.
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
        ("final_position_lots", "i8"),  # left at the end, closed in `pnl_ticks` alone
        ("max_drawdown_ticks", "f8"),
        ("quotes", "i8"),  # messages sent
        ("rejected", "i8"),
        ("stop_reason", "i8"),  # a `RiskReason` where the kill switch ended it; 0: it did not
    ],
    align=True,
)

_CLOCK_AND_MARKS: Fields = (
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
)


def env_dtype(
    orders: int = SIDES,
    acting: Fields = (),
    task: Fields = (),
    episode: Fields = (),
    trader: Fields = (),
) -> np.dtype:
    """The record of one environment; kernels take sizes and extra fields from its type.

    Args:
        orders: own orders that may be live at once.
        acting: fields of the record `acting`, what an action model keeps.
        task: fields of the record `task`, what a task keeps.
        episode: fields that a task adds to `EPISODE_DTYPE`.
        trader: fields that models of the market add to the trader's record.
    """
    messages = max(16, MESSAGES_PER_ORDER * orders)
    responses = max(48, 2 * (orders + messages))
    of_trader = trader_dtype(orders, messages, responses, trader)
    of_episode = EPISODE_DTYPE
    if episode:
        of_episode = np.dtype([*_fields_of(EPISODE_DTYPE), *episode], align=True)
    extra = [
        (name, np.dtype(list(fields), align=True))
        for name, fields in (("acting", acting), ("task", task))
        if fields
    ]
    return np.dtype(
        [
            *_CLOCK_AND_MARKS,
            ("level_lots", "i4", (orders,)),  # of others at our prices, where a feature asks
            ("target_px_ticks", "i4", (orders,)),
            ("target_lots", "i4", (orders,)),
            ("target_post_only", "u1"),
            ("episode", of_episode),
            ("trader", of_trader),
            *extra,  # not last: see `trader_dtype`
            ("reward_place", "i8"),  # whose row of the next field it is: see `reward_memory`
            ("reward_state", "f8", (REWARDS, REWARD_STATE)),  # what rewards keep; 0 at the start
        ],
        align=True,
    )


def _fields_of(dtype: np.dtype) -> list[tuple[str, np.dtype]]:
    return [(name, dtype[name]) for name in dtype.names or ()]


ENV_DTYPE = env_dtype()  # of an action model with a quote on each side: no wider than it must be
TRADER_DTYPE = ENV_DTYPE["trader"]

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
        ("steps", "i8"),  # of the episode so far
        ("steps_left", "i8"),
        ("start_position_lots", "i8"),  # where a task begins with one: what is to be traded away
        ("position_lots", "i8"),
        ("pnl_ticks", "f8"),
        ("own_bid_ticks", "i4"),  # the best of our bids
        ("own_ask_ticks", "i4"),
        ("own_bid_lots", "i4"),  # 0: no bid of ours, `own_bid_ticks` is 0 as well
        ("own_ask_lots", "i4"),
    ],
    align=True,
)
