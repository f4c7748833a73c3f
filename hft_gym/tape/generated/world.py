"""What the generator remembers: records and arrays, preallocated for a day."""

import dataclasses

import numpy as np

from hft_gym.kernel.random import seed_states
from hft_gym.tape.dbn import MBO_DTYPE
from hft_gym.tape.generated.market import LADDER_TICKS, LOWEST_PX_TICKS, GeneratedMarket

MAX_ORDERS = 16_384
MAX_FILLS = 128  # resting orders that one aggressor may meet
PARENTS = 3  # parent orders that are worked at the same time
OUT_RECORDS = 65_536
FIRST_ORDER_ID = 6_500_000_000_000

STATE_DTYPE = np.dtype(
    [
        ("random_state", "u8"),
        ("now_s", "f8"),  # of the next event, from the session's start on; negative in the warm-up
        ("start_ns", "i8"),
        ("ts_exchange_ns", "i8"),
        ("ts_local_ns", "i8"),
        ("efficient_ticks", "f8"),  # what the instrument is worth
        ("public_ticks", "f8"),  # what those believe who watch the market alone
        ("expected_sign_ratio", "f8"),  # of the next trade, from those before
        ("volatility_ratio", "f8"),
        ("regime_end_s", "f8"),
        ("drift_ticks_per_s", "f8"),
        ("spell_end_s", "f8"),
        ("events_per_s", "f8"),  # of normal activity, as the book stood after the last event
        ("excitation_ratio", "f8"),  # how much the last event sets off, in events
        ("excitement_ratio", "f8"),
        ("base_px_ticks", "i8"),  # price of level 0
        ("tick_size_e9", "i8"),
        ("best_bid_level", "i8"),
        ("best_ask_level", "i8"),
        ("free_slot", "i8"),
        ("live_orders", "i8"),
        ("next_order_id", "i8"),
        ("sequence", "i8"),
        ("ts_in_delta_ns", "i8"),
        ("out_records", "i8"),
        ("instrument_id", "i8"),
    ]
)

ORDER_DTYPE = np.dtype(
    [
        ("order_id", "i8"),
        ("ts_exchange_ns", "i8"),
        ("sequence", "i8"),
        ("level", "i4"),
        ("lots", "i4"),
        ("side", "i4"),
        ("live_index", "i4"),
        ("ahead_slot", "i4"),  # towards the front of the queue; -1 at the front
        ("behind_slot", "i4"),  # -1 at the back; of a free slot: the next free one
    ]
)

LEVEL_DTYPE = np.dtype(
    [("front_slot", "i4"), ("back_slot", "i4"), ("orders", "i4"), ("lots", "i4")]
)

FILL_DTYPE = np.dtype(
    [("order_id", "i8"), ("px_ticks", "i8"), ("filled_lots", "i4"), ("leaves_lots", "i4")]
)

PARENT_DTYPE = np.dtype([("side", "i4"), ("children_orders", "i4")])

RULES_DTYPE = np.dtype(
    [(f.name, "f8") for f in dataclasses.fields(GeneratedMarket) if f.type is float]
)


WORLD_LAYOUT = np.dtype(
    [
        ("state", STATE_DTYPE),
        ("rules", RULES_DTYPE),
        ("orders", ORDER_DTYPE, (MAX_ORDERS,)),
        ("levels", LEVEL_DTYPE, (LADDER_TICKS,)),  # bids below asks, one side at a price
        ("live_slots", "i4", (MAX_ORDERS,)),  # slots of the live orders, in no order
        ("parents", PARENT_DTYPE, (PARENTS,)),
        ("fills", FILL_DTYPE, (MAX_FILLS,)),
        ("out", MBO_DTYPE, (OUT_RECORDS,)),
    ]
)


def new_world(market: GeneratedMarket, day: int, start_ns: int, open_ticks: float) -> np.void:
    """An empty book before the warm-up of one day.

    Args:
        market: the parameters.
        day: place of the day, which chooses the stream of random numbers.
        start_ns: start of the session.
        open_ticks: efficient price to start from.
    """
    world = np.zeros(1, WORLD_LAYOUT)[0]
    state, rules, orders, levels = (world[name] for name in ("state", "rules", "orders", "levels"))
    open_ticks = max(open_ticks, float(LOWEST_PX_TICKS + LADDER_TICKS // 2))
    state["random_state"] = seed_states(np.array([market.seed ^ (day * 0x9E3779B9)]))[0]
    state["start_ns"] = start_ns
    state["efficient_ticks"] = open_ticks
    state["public_ticks"] = state["efficient_ticks"]
    state["volatility_ratio"] = 1.0
    state["excitement_ratio"] = 1.0
    state["events_per_s"] = market.limits_per_s
    state["base_px_ticks"] = round(open_ticks) - LADDER_TICKS // 2
    state["tick_size_e9"] = market.tick_size_e9
    state["best_bid_level"] = -1
    state["best_ask_level"] = LADDER_TICKS
    state["next_order_id"] = FIRST_ORDER_ID + day * 100_000_000
    state["instrument_id"] = market.instrument_id
    for name in RULES_DTYPE.names or ():
        rules[name] = getattr(market, name)
    orders["behind_slot"] = np.arange(1, MAX_ORDERS + 1)
    orders["behind_slot"][-1] = -1
    levels["front_slot"] = levels["back_slot"] = -1
    return world
