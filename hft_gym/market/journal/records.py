"""Memory layouts of the journal. Times in ns, prices in ticks, sizes in lots."""

import numpy as np

# One event of one order. What stands in it is true at the exchange after the event; when we learned
# of it is `ts_local_ns`.
JOURNAL_DTYPE = np.dtype(
    [
        ("ts_exchange_ns", "i8"),  # of SENT: when it will arrive; 0: what never left us
        ("ts_local_ns", "i8"),  # when we sent it, or came to know of it
        ("order_id", "i8"),  # 0: none; of BREACH, the one that it has or would have had
        ("ahead_lots", "i8"),  # lots of others that trade before the order
        ("traded_ahead_lots", "i8"),  # lots before it that the packet in hand has traded through
        ("filled_lots", "i8"),  # of the order
        ("position_lots", "i8"),  # of the trader, as are cash and fees
        ("cash_ticks", "i8"),
        ("fees_microticks", "i8"),
        ("px_ticks", "i4"),  # of FILLED: where it traded; else the order's
        ("lots", "i4"),  # filled, asked for, or held back
        ("leaves_lots", "i4"),  # of the order
        ("slot", "i4"),
        ("side", "i1"),
        ("event", "u1"),  # an `Event`
        ("reason", "u1"),  # a `Reason`; of BREACH a `RiskReason`
        ("action", "u1"),  # of SENT: an `Action`
        ("order_type", "u1"),  # of SENT: an `OrderType`
        ("time_in_force", "u1"),  # of SENT: a `TimeInForce`
        ("post_only", "u1"),  # of SENT
    ],
    align=True,
)

# Where the entries of one trader go. `trader["journal_address"]` is the address of this record,
# which stays; the table behind it grows between calls of kernels.
JOURNAL_HEAD_DTYPE = np.dtype(
    [
        ("entries_address", "i8"),
        ("capacity_rows", "i8"),
        ("reserve_rows", "i8"),  # fewer free rows than these ask for a drain
        ("rows", "i8"),
        ("lost_rows", "i8"),  # found no room
    ],
    align=True,
)
