"""Memory layouts of one trader at the exchange. Times in ns, prices in ticks, sizes in lots.

Two views are kept apart: what is true at the exchange (`position_lots`, `cash_ticks`,
`fees_microticks`, `orders`) and what we know of it (`known_*`, `intents`), which lags by the
response latency.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from hft_gym.errors import ConfigError
from hft_gym.market.risk.records import RISK_DTYPE

MOST_ORDERS = 1 << 16  # slots are u2


class Action(IntEnum):
    """What a message asks for."""

    NEW = 1
    MODIFY = 2
    CANCEL = 3


class OrderType(IntEnum):
    """How an order's price is meant."""

    LIMIT = 0
    MARKET = 1  # takes up to the venue's collar from the touch; the price given counts for nothing


class TimeInForce(IntEnum):
    """How long an order stays."""

    GTC = 0  # until it is cancelled
    DAY = 1  # until the tape's session ends
    IOC = 2  # takes what is there at once, the rest is cancelled
    FOK = 3  # takes all of its lots at once or none


class SelfTrade(IntEnum):
    """What the venue does when an order of ours would meet another one of ours."""

    CANCEL_NEWEST = 0
    CANCEL_OLDEST = 1
    CANCEL_BOTH = 2
    ALLOW = 3


class WhenCrossed(IntEnum):
    """What becomes of an order that arrives while the book is crossed or halted."""

    REJECT = 0
    REST = 1


class Event(IntEnum):
    """What a journal is told."""

    SENT = 1
    ACCEPTED = 2
    REJECTED = 3
    FILLED = 4
    CANCELLED = 5
    MODIFIED = 6
    BREACH = 7  # our own risk limits held lots of a message back
    EXPIRED = 8
    RESTED = 9  # took a place in a queue: at a price of its own choice, or after a change of it


class Reason(IntEnum):
    """Why an answer says what it says."""

    ACCEPTED = 0
    FILLED = 1  # a resting order of ours traded
    CANCELLED = 2
    POST_ONLY_WOULD_TAKE = 3  # rejected: a post-only order would have taken
    TOO_LATE = 4  # rejected: the order is no longer there
    SELF_TRADE = 5  # rejected: it would have met an order of our own
    BOOK_CROSSED = 6  # rejected: no continuous trading
    BOOK_CLEARED = 7  # cancelled: the venue cleared its book
    OUTSIDE_BAND = 8  # rejected: a price outside the ladder's band
    EMPTY_SIDE = 9  # rejected: a market order finds nobody to trade with
    NOT_ENOUGH_LOTS = 10  # rejected: fill or kill finds fewer lots than it wants
    IMMEDIATE_REST = 11  # cancelled: what an immediate or market order did not fill at once
    SESSION_OVER = 12  # expired, or rejected: an order for the day after the session's end
    NO_FREE_SLOT = 13  # not sent: as many orders are live as the trader's record holds
    TOO_MANY_MESSAGES = 14  # not sent: as many messages and answers are under way as it holds
    RISK_LIMIT = 15  # not sent, or fewer lots: our own risk limits
    BAD_LOTS = 16  # not sent: an order needs at least one lot
    TAKEN = 17  # filled: our order took what was displayed


class Intent(IntEnum):
    """What we believe of a slot."""

    NONE = 0
    WORKING = 1
    CANCELLING = 2


class Request(NamedTuple):
    """What we want of the exchange in one message; every value is a whole number.

    Kernels must give all of the values.

    Attributes:
        action: an `Action`.
        side: +1 to buy, -1 to sell.
        px_ticks: limit; of a CANCEL and of a market order it counts for nothing.
        lots: of a NEW order; of a MODIFY, what is to remain of what we know to remain.
        order_type: an `OrderType`.
        time_in_force: a `TimeInForce`.
        post_only: 1: refuse the order rather than let it take.
    """

    action: int
    side: int = 0
    px_ticks: int = 0
    lots: int = 0
    order_type: int = 0
    time_in_force: int = 0
    post_only: int = 0


ORDER_DTYPE = np.dtype(
    [
        ("order_id", "i8"),
        ("arrival_row", "i8"),  # first row that comes after it: its place in time
        ("ahead_lots", "i8"),  # lots of others that trade before it
        ("credit_lots", "i8"),  # part of `ahead_lots` taken off by a print, its REDUCE still due
        ("filled_lots", "i8"),
        ("front_lots", "f8"),  # lots before it by an estimate from levels; see market.levels
        ("px_ticks", "i4"),
        ("leaves_lots", "i4"),  # 0: the slot is free
        ("level_lots", "i4"),  # of others at its price, when last looked at by such an estimate
        ("traded_lots", "i4"),  # at its price since the level last changed
        ("side", "i1"),
        ("post_only", "u1"),
        ("time_in_force", "u1"),
        ("is_top", "u1"),  # it bettered the market when it came
        ("is_moved", "u1"),  # the open packet changes its level
    ],
    align=True,
)

MESSAGE_DTYPE = np.dtype(
    [
        ("arrival_ns", "i8"),
        ("order_id", "i8"),
        ("filled_lots", "i8"),  # fills known when a MODIFY was sent: later ones reduce its size
        ("px_ticks", "i4"),
        ("lots", "i4"),
        ("slot", "u2"),
        ("action", "u1"),
        ("side", "i1"),
        ("order_type", "u1"),
        ("time_in_force", "u1"),
        ("post_only", "u1"),
    ],
    align=True,
)

RESPONSE_DTYPE = np.dtype(
    [
        ("known_ns", "i8"),
        ("order_id", "i8"),
        ("position_lots", "i8"),  # change
        ("cash_ticks", "i8"),  # change
        ("fees_microticks", "i8"),  # change
        ("filled_lots", "i8"),  # of the order, after the event
        ("px_ticks", "i4"),
        ("leaves_lots", "i4"),
        ("slot", "u2"),
        ("answers", "u2"),  # messages of ours that this answers
        ("reason", "u1"),
    ],
    align=True,
)

INTENT_DTYPE = np.dtype(
    [
        ("order_id", "i8"),
        ("filled_lots", "i8"),
        ("px_ticks", "i4"),
        ("leaves_lots", "i4"),
        ("in_flight", "u2"),  # messages whose answer is not back
        ("state", "u1"),
        ("side", "i1"),
        ("reason", "u1"),  # of the last answer
    ],
    align=True,
)


def trader_dtype(
    orders: int = 4,
    messages: int = 16,
    responses: int = 48,
    extra: Sequence[tuple[str, str]] = (),
) -> np.dtype:
    """The record of one trader, with room for so many of each; kernels take the sizes from it.

    Args:
        orders: own orders that may be live at once.
        messages: messages and answers under way from which on no more are sent.
        responses: answers on their way back.
        extra: fields of models that keep something; see `interfaces.begin_episode`.

    Raises:
        ConfigError: a size is out of range, or answers could run out of room.
    """
    if not 1 <= orders <= MOST_ORDERS or messages < 1:
        raise ConfigError(f"a trader needs 1 to {MOST_ORDERS} orders and a message at least")
    if responses < 2 * (orders + messages):
        raise ConfigError(
            f"{responses} responses are too few for {orders} orders and {messages} messages: "
            f"give at least {2 * (orders + messages)}"
        )
    return np.dtype(
        [
            *_ACCOUNT,
            ("live_count", "i4", (2,)),  # our live bids, our live asks
            ("live_slots", "u2", (2, orders)),  # theirs, in the order in which they trade
            ("orders", ORDER_DTYPE, (orders,)),
            ("intents", INTENT_DTYPE, (orders,)),
            ("messages", MESSAGE_DTYPE, (messages,)),
            ("responses", RESPONSE_DTYPE, (responses,)),
            (
                "asked_lots",
                "i4",
                (orders,),
            ),  # most that changes under way want
            ("journal_address", "i8"),  # of a record of `JOURNAL_HEAD_DTYPE`; 0: none
            # not last: Numba would take a record that only goes on for one that does not, and warn
            *extra,
            ("risk", RISK_DTYPE),
        ],
        align=True,
    )


_ACCOUNT = (
    ("random_state", "u8"),
    ("answer_state", "u8"),  # of the random numbers of answers alone; see market.ways
    ("row", "i8"),  # rows before this one have been replayed
    ("position_lots", "i8"),
    ("cash_ticks", "i8"),
    ("fees_microticks", "i8"),
    ("known_position_lots", "i8"),
    ("known_cash_ticks", "i8"),
    ("known_fees_microticks", "i8"),
    ("known_realised_ticks", "f8"),  # of closed lots at average cost, before fees
    ("known_traded_lots", "i8"),
    ("position_since_ns", "i8"),  # when we learnt of the position's first lot
    ("last_order_id", "i8"),
    ("last_arrival_ns", "i8"),  # messages of a session don't overtake each other
    ("last_known_ns", "i8"),
    ("mid2_ticks", "i8"),  # twice the mid at the last decision, the mark of fills
    ("bid_high_ticks", "i4"),  # our best live bid
    ("bid_low_ticks", "i4"),
    ("ask_low_ticks", "i4"),  # our best live ask
    ("ask_high_ticks", "i4"),
    ("bid_slot", "i4"),  # slots of our live bid and ask, where there is one a side
    ("ask_slot", "i4"),
    ("message_head", "i4"),
    ("message_count", "i4"),
    ("response_head", "i4"),
    ("response_count", "i4"),
    ("has_several", "u1"),  # more than one live order on a side
    ("packet_open", "u1"),  # a print took credit that the packet's end gives back
    ("packet_bid_ticks", "i4"),  # the worst of our bids, and of our asks, with such credit
    ("packet_ask_ticks", "i4"),
    ("uncross_row", "i8"),  # before it, the book is not crossed any more; looked up on the way
    ("day_count", "i4"),  # live orders that end with the session
    ("consumed_lots", "i8"),  # what we took of the tape's lots and still lies on its ladder
    # counts of the episode
    ("bid_fills", "i8"),
    ("ask_fills", "i8"),
    ("lots_traded", "i8"),
    ("taker_lots", "i8"),
    ("messages_sent", "i8"),
    ("rejected", "i8"),
    ("passed_lots", "i8"),  # traded at a price of ours past us: hidden, implied, refilled
    ("spread_half_ticks", "i8"),  # sum of side * (2 mid - 2 px) * lots over fills
)

TRADER_DTYPE = trader_dtype()
