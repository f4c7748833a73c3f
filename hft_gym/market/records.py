"""Memory layouts of one trader at the exchange. Times in ns, prices in ticks, sizes in lots.

Two views are kept apart: what is true at the exchange (`position_lots`, `cash_ticks`,
`fees_microticks`, `orders`) and what we know of it (`known_*`, `intents`), which lags by the
response latency.
"""

from enum import IntEnum

import numpy as np

ORDERS = 4  # slots of own orders for each trader
MESSAGES = 16  # messages on their way to the exchange
RESPONSES = 48  # answers on their way back


class Action(IntEnum):
    """What a message asks for."""

    NEW = 1
    MODIFY = 2
    CANCEL = 3


class Reason(IntEnum):
    """Why an answer says what it says."""

    ACCEPTED = 0
    FILLED = 1
    CANCELLED = 2
    POST_ONLY_WOULD_TAKE = 3  # rejected: a post-only order would have taken
    TOO_LATE = 4  # rejected: the order is no longer there
    SELF_TRADE = 5  # rejected: it would have met an order of our own
    BOOK_CROSSED = 6  # rejected: no continuous trading
    BOOK_CLEARED = 7  # cancelled: the venue cleared its book
    OUTSIDE_BAND = 8  # rejected: a price outside the ladder's band


class Intent(IntEnum):
    """What we believe of a slot."""

    NONE = 0
    WORKING = 1
    CANCELLING = 2


ORDER_DTYPE = np.dtype(
    [
        ("order_id", "i8"),
        ("arrival_row", "i8"),  # first row that comes after it: its place in time
        ("ahead_lots", "i8"),  # lots of others that trade before it
        ("credit_lots", "i8"),  # part of `ahead_lots` taken off by a print, its REDUCE still due
        ("filled_lots", "i8"),
        ("px_ticks", "i4"),
        ("leaves_lots", "i4"),  # 0: the slot is free
        ("side", "i1"),
        ("post_only", "u1"),
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
        ("action", "u1"),
        ("slot", "u1"),
        ("side", "i1"),
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
        ("slot", "u1"),
        ("reason", "u1"),
        ("answers", "u1"),  # messages of ours that this answers
    ],
    align=True,
)

INTENT_DTYPE = np.dtype(
    [
        ("order_id", "i8"),
        ("filled_lots", "i8"),
        ("px_ticks", "i4"),
        ("leaves_lots", "i4"),
        ("state", "u1"),
        ("in_flight", "u1"),  # messages whose answer is not back
    ],
    align=True,
)

TRADER_DTYPE = np.dtype(
    [
        ("random_state", "u8"),
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
        ("consumed_lots", "i8"),  # what we took of the tape's lots and still lies on its ladder
        # counts of the episode
        ("bid_fills", "i8"),
        ("ask_fills", "i8"),
        ("lots_traded", "i8"),
        ("taker_lots", "i8"),
        ("messages_sent", "i8"),
        ("rejected", "i8"),
        ("spread_half_ticks", "i8"),  # sum of side * (2 mid - 2 px) * lots over fills
        ("orders", ORDER_DTYPE, (ORDERS,)),
        ("intents", INTENT_DTYPE, (ORDERS,)),
        ("messages", MESSAGE_DTYPE, (MESSAGES,)),
        ("responses", RESPONSE_DTYPE, (RESPONSES,)),
    ],
    align=True,
)
