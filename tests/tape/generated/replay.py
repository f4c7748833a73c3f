"""A naive reader of MBO records: dictionaries and lists, every rule of the feed asserted."""

from dataclasses import dataclass, field

import numpy as np

LAST, SNAPSHOT = 128, 32


@dataclass
class NaiveBook:
    """Orders in lists by price; front first."""

    orders: dict = field(default_factory=dict)  # order id -> [side, price, size]
    queues: dict = field(default_factory=dict)  # (side, price) -> [order ids]

    def add(self, order_id, side, price, size):
        assert order_id not in self.orders
        assert size > 0
        self.orders[order_id] = [side, price, size]
        self.queues.setdefault((side, price), []).append(order_id)

    def drop(self, order_id):
        side, price, _ = self.orders.pop(order_id)
        queue = self.queues[side, price]
        queue.remove(order_id)
        if not queue:
            del self.queues[side, price]

    def cancel(self, order_id, side, price, size):
        known = self.orders[order_id]
        assert known[:2] == [side, price]
        assert 0 < size <= known[2]
        known[2] -= size
        if known[2] == 0:
            self.drop(order_id)

    def modify(self, order_id, side, price, size):
        known = self.orders[order_id]
        assert known[0] == side
        assert size > 0
        if known[1] == price and size <= known[2]:
            known[2] = size
        else:
            self.drop(order_id)
            self.add(order_id, side, price, size)

    def best(self, side):
        prices = [price for known, price in self.queues if known == side]
        return max(prices) if side == "B" else min(prices)

    def lots(self, side, price):
        return sum(self.orders[i][2] for i in self.queues[side, price])


def packets(records):
    """Lists of records that end with F_LAST, as tuples of Python values."""
    ends = np.flatnonzero(records["flags"] & LAST) + 1
    assert ends[-1] == len(records)
    names = ("action", "side", "price", "size", "order_id", "ts_event", "ts_recv", "sequence")
    rows = list(zip(*(records[name].tolist() for name in names), strict=True))
    begin = 0
    for end in ends.tolist():
        yield [(chr(row[0]), chr(row[1]), *row[2:]) for row in rows[begin:end]]
        begin = end


def replay(records):
    """Assert every rule, packet by packet; returns the book and the touch after each packet.

    Rows of the touch: ts_event, bid price, ask price, bid lots, ask lots.
    """
    book, touch = NaiveBook(), []
    for packet in packets(records):
        assert len({row[6] for row in packet}) == 1  # one capture time
        _apply(book, packet)
        bid, ask = book.best("B"), book.best("A")
        assert bid < ask
        touch.append((packet[-1][5], bid, ask, book.lots("B", bid), book.lots("A", ask)))
    return book, np.array(touch, np.int64)


def _apply(book, packet):
    fills = [row for row in packet if row[0] == "F"]
    if packet[0][0] == "T":
        _check_match(book, packet, fills)
    elif packet[0][0] != "R":
        assert len(packet) == 1
    for action, side, price, size, order_id, *_ in packet:
        if action == "R":
            assert not book.orders
        elif action == "A":
            book.add(order_id, side, price, size)
        elif action == "C":
            book.cancel(order_id, side, price, size)
        elif action == "M":
            book.modify(order_id, side, price, size)


def _check_match(book, packet, fills):
    """TRADEs and FILLs by price, best first; then one CANCEL or MODIFY for each fill; a rest."""
    aggressor = packet[0][1]
    resting = "A" if aggressor == "B" else "B"
    prints = [row for row in packet if row[0] == "T"]
    prices = [row[2] for row in prints]
    for row in prints:
        assert (row[1], row[4]) == (aggressor, 0)
        assert row[3] == sum(f[3] for f in fills if f[2] == row[2]) > 0
    levels = sorted({p for s, p in book.queues if s == resting}, reverse=resting == "B")
    assert prices == levels[: len(prices)]  # no level is passed over
    expected_after = []
    for price in prices:
        queue = book.queues[resting, price]
        at_price = [f for f in fills if f[2] == price]
        assert [f[4] for f in at_price] == queue[: len(at_price)]  # the front orders, in order
        for _, side, _, size, order_id, *_ in at_price:
            assert side == resting
            left = book.orders[order_id][2] - size
            assert left >= 0
            expected_after.append(("M", left) if left else ("C", size))
        assert all(kind == "C" for kind, _ in expected_after[:-1])  # only the last is partial
    head = len(prints) + len(fills)
    assert {row[0] for row in packet[:head]} <= {"T", "F"}
    after = packet[head : head + len(fills)]
    assert [(row[0], row[3]) for row in after] == expected_after
    assert [row[4] for row in after] == [f[4] for f in fills]
    rest = packet[head + len(fills) :]
    assert [row[:2] for row in rest] in ([], [("A", aggressor)])
