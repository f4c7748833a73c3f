"""The journal as tables: every event, one row an order, one row a fill."""

from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.jit import kernel
from hft_gym.market.positions import ACCOUNT_DTYPE, book_fill, realised_microticks
from hft_gym.market.records import Action, Event, Reason

SENT, ACCEPTED, REJECTED = int(Event.SENT), int(Event.ACCEPTED), int(Event.REJECTED)
FILLED, CANCELLED = int(Event.FILLED), int(Event.CANCELLED)
MODIFIED, EXPIRED, RESTED = int(Event.MODIFIED), int(Event.EXPIRED), int(Event.RESTED)
BREACH, NEW = int(Event.BREACH), int(Action.NEW)

ORDER_ROW_DTYPE = np.dtype(
    [
        ("order_id", "i8"),
        ("sent_local_ns", "i8"),
        ("arrived_exchange_ns", "i8"),  # 0: never accepted
        ("last_exchange_ns", "i8"),  # of its last event
        ("last_local_ns", "i8"),
        ("lots", "i8"),  # as first sent
        ("filled_lots", "i8"),
        ("leaves_lots", "i8"),  # still at the exchange after its last event
        ("ahead_at_arrival_lots", "i8"),  # when it first took its place in a queue; -1: never
        ("paid_ticks", "i8"),  # sum of lots * price over its fills
        ("fees_microticks", "i8"),  # of its fills
        ("px_ticks", "i4"),  # as first sent
        ("last_px_ticks", "i4"),
        ("side", "i1"),
        ("order_type", "u1"),
        ("time_in_force", "u1"),
        ("post_only", "u1"),
        ("reason", "u1"),  # of its last event
        ("status_index", "u1"),  # an `OrderStatus`
    ],
    align=True,
)

FILL_ROW_DTYPE = np.dtype(
    [
        ("order_id", "i8"),
        ("ts_exchange_ns", "i8"),
        ("ts_local_ns", "i8"),
        ("lots", "i8"),
        ("px_ticks", "i8"),
        ("fees_microticks", "i8"),
        ("realised_microticks", "i8"),  # by this fill, before its fee
        ("closed_lots", "i8"),  # that it took off the position: 0 for one that only opens
        ("position_lots", "i8"),  # after it
        ("cost_microticks", "i8"),  # of the open position after it; see `market.positions`
        ("ahead_at_arrival_lots", "i8"),  # when its order took its place in the queue; -1: never
        ("ahead_at_fill_lots", "i8"),  # when the packet that filled it came
        ("traded_ahead_lots", "i8"),  # of these, traded through before us in that packet
        ("side", "i1"),
        ("is_maker", "u1"),
    ],
    align=True,
)


class OrderStatus(IntEnum):
    """What has become of an order at the exchange."""

    PENDING = 0  # on its way, or at rest without a fill
    FILLED = 1
    PARTIALLY_FILLED = 2
    CANCELLED = 3  # with or without fills before
    REJECTED = 4


class JournalTables:
    """What a journal tells, as NumPy tables.

    Args:
        entries: `[n]` of `JOURNAL_DTYPE` in the order in which they were written, of one trader
            from flat to the end: sums over the run start at 0.
    """

    def __init__(self, entries: NDArray[np.void]) -> None:
        self.events = entries

    @cached_property
    def fills(self) -> NDArray[np.void]:
        """`[fills]` of `FILL_ROW_DTYPE`."""
        events = self.events
        is_fill = events["event"] == FILLED
        found = events[is_fill]
        fills = np.zeros(found.size, FILL_ROW_DTYPE)
        for name in ("order_id", "ts_exchange_ns", "ts_local_ns", "lots", "px_ticks"):
            fills[name] = found[name]
        for name in ("side", "position_lots", "traded_ahead_lots"):
            fills[name] = found[name]
        fills["fees_microticks"] = np.diff(events["fees_microticks"], prepend=0)[is_fill]
        fills["is_maker"] = found["reason"] != Reason.TAKEN
        fills["ahead_at_fill_lots"] = found["ahead_lots"] + found["traded_ahead_lots"]
        fills["ahead_at_arrival_lots"] = _ahead_at_arrival(events)[is_fill]
        _realise(fills, np.zeros(1, ACCOUNT_DTYPE)[0])
        return fills

    @cached_property
    def orders(self) -> NDArray[np.void]:
        """`[orders]` of `ORDER_ROW_DTYPE`, in the order in which they were sent."""
        events = self.events
        events = events[(events["order_id"] > 0) & (events["event"] != BREACH)]
        if events.size == 0:
            return np.zeros(0, ORDER_ROW_DTYPE)
        ids, first, place = np.unique(events["order_id"], return_index=True, return_inverse=True)
        last = np.zeros(ids.size, np.int64)
        np.maximum.at(last, place, np.arange(events.size))
        orders = np.zeros(ids.size, ORDER_ROW_DTYPE)
        orders["order_id"] = ids
        orders["sent_local_ns"] = events["ts_local_ns"][first]
        for name in ("px_ticks", "lots", "side", "order_type", "time_in_force", "post_only"):
            orders[name] = events[name][first]
        _end(orders, events, last)
        _add_up(orders, events, place)
        orders["status_index"] = _status(events, place, orders)
        return orders[np.argsort(first, kind="stable")]


def _end(orders: NDArray[np.void], events: NDArray[np.void], last: NDArray[np.int64]) -> None:
    """What an order's last event leaves of it."""
    orders["last_exchange_ns"] = events["ts_exchange_ns"][last]
    orders["last_local_ns"] = events["ts_local_ns"][last]
    orders["leaves_lots"] = events["leaves_lots"][last]
    orders["reason"] = events["reason"][last]


def _add_up(orders: NDArray[np.void], events: NDArray[np.void], place: NDArray[np.int64]) -> None:
    """Sums over each order's fills, and its arrival."""
    fee = np.diff(events["fees_microticks"], prepend=0)
    is_fill = events["event"] == FILLED
    lots = np.where(is_fill, events["lots"], 0).astype(np.int64)
    np.add.at(orders["filled_lots"], place, lots)
    np.add.at(orders["paid_ticks"], place, lots * events["px_ticks"])
    np.add.at(orders["fees_microticks"], place, np.where(is_fill, fee, 0))
    orders["ahead_at_arrival_lots"] = -1
    orders["last_px_ticks"] = orders["px_ticks"]
    for event in (ACCEPTED, MODIFIED):
        found = np.flatnonzero(events["event"] == event)
        orders["last_px_ticks"][place[found]] = events["px_ticks"][found]
    found = np.flatnonzero(events["event"] == ACCEPTED)
    orders["arrived_exchange_ns"][place[found]] = events["ts_exchange_ns"][found]
    rested = np.flatnonzero(events["event"] == RESTED)[::-1]  # the first one counts
    orders["ahead_at_arrival_lots"][place[rested]] = events["ahead_lots"][rested]


def _status(
    events: NDArray[np.void], place: NDArray[np.int64], orders: NDArray[np.void]
) -> NDArray[np.uint8]:
    """`[orders]` of `OrderStatus`."""
    had = {
        event: np.bincount(place[events["event"] == event], minlength=orders.size) > 0
        for event in (ACCEPTED, REJECTED, CANCELLED, EXPIRED)
    }
    filled = orders["filled_lots"] > 0
    cases = [
        (had[CANCELLED] | had[EXPIRED], OrderStatus.CANCELLED),
        (had[REJECTED] & ~had[ACCEPTED] & ~filled, OrderStatus.REJECTED),
        (filled & (orders["leaves_lots"] == 0), OrderStatus.FILLED),
        (filled, OrderStatus.PARTIALLY_FILLED),
    ]
    conditions, values = zip(*cases, strict=True)
    return np.select(conditions, [int(v) for v in values], int(OrderStatus.PENDING))


def _ahead_at_arrival(events: NDArray[np.void]) -> NDArray[np.int64]:
    """`[events]` lots ahead when the event's order last took its place in a queue; -1: never."""
    ahead = np.full(events.size, -1, np.int64)
    _carry_ahead(events, ahead, np.full(1 + max(events["slot"], default=0), -1, np.int64))
    return ahead


@kernel
def _carry_ahead(
    events: NDArray[np.void], ahead: NDArray[np.int64], of_slot: NDArray[np.int64]
) -> None:
    # a slot holds one order at a time; one that is sent starts anew
    for k in range(events.size):
        event = events[k]
        slot, kind = event["slot"], event["event"]
        if slot < 0:
            continue
        if kind == RESTED:
            of_slot[slot] = event["ahead_lots"]
        elif kind == SENT and event["action"] == NEW:
            of_slot[slot] = -1
        ahead[k] = of_slot[slot]


@kernel
def _realise(fills: NDArray[np.void], account: np.void) -> None:
    for k in range(fills.size):
        fill = fills[k]
        held, before = account["position_lots"], realised_microticks(account)
        book_fill(account, fill["side"], fill["lots"], fill["px_ticks"], fill["fees_microticks"])
        fill["realised_microticks"] = realised_microticks(account) - before
        fill["cost_microticks"] = account["cost_microticks"]
        if held * fill["side"] < 0:
            fill["closed_lots"] = min(abs(held), fill["lots"])
