"""Journals written by hand, entry by entry, for tests of what is made of them."""

import numpy as np

from hft_gym.market.journal.records import JOURNAL_DTYPE
from hft_gym.market.records import Action, Event, Reason

START_NS = 1_700_000_000_000_000_000  # 2023-11-14 22:13:20
S = 1_000_000_000
KEPT = ("side", "px_ticks", "slot", "leaves_lots", "filled_lots")


class Story:
    """One trader's run; times in seconds after the start, answers known half a second later."""

    def __init__(self):
        self.entries = []
        self.orders = {}
        self.position = self.cash = self.fees = 0

    def _write(self, at_s, event, order_id, **more):
        order = self.orders.get(order_id, {})
        exchange = START_NS + int(at_s * S)
        entry = {
            "ts_exchange_ns": exchange,
            "ts_local_ns": exchange + S // 2,
            "order_id": order_id,
            "event": event,
            "position_lots": self.position,
            "cash_ticks": self.cash,
            "fees_microticks": self.fees,
            **{name: order[name] for name in KEPT if order},
            "lots": order.get("leaves_lots", 0),
            **more,
        }  # fmt: skip
        self.entries.append(entry)

    def sent(self, at_s, order_id, side, px, lots, **more):
        self.orders[order_id] = {
            "side": side, "px_ticks": px, "slot": order_id % 4, "leaves_lots": 0, "filled_lots": 0,
        }  # fmt: skip
        local = START_NS + int(at_s * S)
        times = {"ts_exchange_ns": local + S // 4, "ts_local_ns": local}
        self._write(at_s, Event.SENT, order_id, lots=lots, action=Action.NEW, **times, **more)
        self.orders[order_id]["wanted"] = lots

    def accepted(self, at_s, order_id, ahead=None):
        """With `ahead`: it comes to rest."""
        order = self.orders[order_id]
        order["leaves_lots"] = order["wanted"]
        self._write(at_s, Event.ACCEPTED, order_id)
        if ahead is not None:
            self._write(at_s, Event.RESTED, order_id, ahead_lots=ahead)

    def moved(self, at_s, order_id, px, lots, ahead):
        order = self.orders[order_id]
        order["px_ticks"], order["leaves_lots"] = px, lots
        self._write(at_s, Event.MODIFIED, order_id)
        self._write(at_s, Event.RESTED, order_id, ahead_lots=ahead)

    def filled(self, at_s, order_id, lots, px, fee=0, *, taker=False, ahead=0, through=0):
        order = self.orders[order_id]
        order["leaves_lots"] -= lots
        order["filled_lots"] += lots
        self.position += order["side"] * lots
        self.cash -= order["side"] * lots * px
        self.fees += fee
        reason = Reason.TAKEN if taker else Reason.FILLED
        queue = {"ahead_lots": ahead, "traded_ahead_lots": through}
        self._write(at_s, Event.FILLED, order_id, lots=lots, px_ticks=px, reason=reason, **queue)

    def ended(self, at_s, order_id, event=Event.CANCELLED, reason=Reason.CANCELLED):
        lots = self.orders[order_id]["leaves_lots"]
        if event != Event.REJECTED:
            self.orders[order_id]["leaves_lots"] = 0
        self._write(at_s, event, order_id, lots=lots, reason=reason)

    def breach(self, at_s, order_id, reason):
        self._write(at_s, Event.BREACH, order_id, lots=9, reason=reason, ts_exchange_ns=0)

    def journal(self):
        journal = np.zeros(len(self.entries), JOURNAL_DTYPE)
        for row, entry in zip(journal, self.entries, strict=True):
            for name, value in entry.items():
                row[name] = value
        return journal


def day_of_trading():
    """Two lots bought at rest, one sold as a taker, then two sold: through zero; and odd ends."""
    story = Story()
    story.sent(0, 1, 1, 100, 3)
    story.accepted(1, 1, ahead=7)
    story.filled(2, 1, 2, 100, fee=50_000, ahead=0, through=5)
    story.sent(3, 2, -1, 103, 1, order_type=1)
    story.accepted(4, 2)
    story.filled(4, 2, 1, 103, fee=200_000, taker=True)
    story.breach(5, 3, 102)
    story.sent(6, 3, -1, 104, 2)
    story.accepted(7, 3, ahead=1)
    story.moved(8, 3, 102, 2, ahead=4)
    story.ended(9, 1)
    story.filled(10, 3, 2, 102, fee=100_000, through=4)
    story.sent(11, 4, 1, 101, 5, post_only=1)
    story.ended(12, 4, Event.REJECTED, Reason.POST_ONLY_WOULD_TAKE)
    story.sent(13, 5, 1, 99, 5)
    story.accepted(14, 5, ahead=2)
    story.ended(15, 5, Event.REJECTED, Reason.POST_ONLY_WOULD_TAKE)  # of a change: it stays
    story.sent(16, 6, 1, 98, 5)
    return story
