"""Memory layout of one backtest. Times in ns, prices in ticks, sizes in lots."""

from enum import IntEnum

import numpy as np

from hft_gym.market.columns import BOOK_DTYPE, COLUMNS_DTYPE
from hft_gym.market.records import trader_dtype

FOREVER_NS = 2**62  # a time that never comes


class Turn(IntEnum):
    """Whose turn it is after the engine has gone on."""

    OVER = 0
    PACKET = 1  # the strategy hears of a packet of the market
    TIMER = 2
    ANSWER = 3  # of the exchange
    LOG_FULL = 4  # nobody's: the log of fills or the journal needs room


# A fill as we come to know of it.
FILL_DTYPE = np.dtype(
    [
        ("ts_local_ns", "i8"),  # when we know of it
        ("order_id", "i8"),
        ("px_ticks", "i8"),
        ("lots", "i8"),
        ("fees_microticks", "i8"),
        ("slot", "i4"),
        ("side", "i1"),
        ("is_maker", "u1"),
    ],
    align=True,
)

# Where the engine stands.
CLOCK_DTYPE = np.dtype(
    [
        ("now_ns", "i8"),
        ("end_ns", "i8"),
        ("timer_ns", "i8"),  # 0: no timer
        ("next_timer_ns", "i8"),
        ("live_address", "i8"),  # of the machine code of the exchange
        ("times_address", "i8"),  # `[packets_count]` when each packet is known
        ("packets_address", "i8"),  # `[packets_count]` of `packets.PACKET_DTYPE`
        ("packets_count", "i8"),
        ("packet_index", "i8"),  # number of the last one that the feed has brought us
        ("first_index", "i8"),  # number of the one that was known at the start
        ("seen_row", "i8"),  # the book `seen` is that before this row
        ("quiet_row", "i8"),  # no row from the trader's to before this one trades with us
        ("is_met", "u1"),  # the row `quiet_row` may trade with us
        ("calm_ns", "i8"),  # before it nothing but packets comes, as long as we have sent no more
        ("calm_sent", "i8"),  # than so many messages
        ("has_packets", "u1"),  # the strategy hears of every packet
        ("has_answers", "u1"),  # and of answers
        ("answer_head", "i8"),
        ("answers_left", "i8"),
        ("answer_place", "i8"),  # of the answer in hand
        ("fills_address", "i8"),
        ("fill_places", "i8"),
        ("fills", "i8"),  # of them in use
        ("timer_count", "i8"),
        ("answer_count", "i8"),
    ],
    align=True,
)


def desk_dtype(orders: int) -> np.dtype:
    """One backtest's record: the tape, the exchange's book, ours, the trader and the clock.

    Args:
        orders: own orders that may be live at once.

    Raises:
        ConfigError: `orders` is out of range.
    """
    messages = 2 * orders + 8
    answers = 2 * (orders + messages) + 8  # four orders make the trader that environments have
    return np.dtype(
        [
            ("columns", COLUMNS_DTYPE),
            ("book", BOOK_DTYPE),  # the exchange's
            ("seen", BOOK_DTYPE),  # as we know it
            ("clock", CLOCK_DTYPE),
            ("trader", trader_dtype(orders, messages, answers)),
        ],
        align=True,
    )
