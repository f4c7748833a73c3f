"""The order book of DBN's MBO schema with dicts and lists, written from its rules alone."""

from collections import Counter
from dataclasses import dataclass, field

LAST, TOB, SNAPSHOT, MBP, BAD_TS, BAD_BOOK = 128, 64, 32, 16, 8, 4
MAX_LOTS = 2**31 - 1
UNDEF_PRICE = 2**63 - 1
UNDEF_TIME = 2**63 - 1  # from here on a time is no time
SIDES = {ord("B"): 1, ord("A"): -1}


@dataclass
class Order:
    """One resting order."""

    order_id: int
    side: int
    px_ticks: int
    lots: int
    filled: int = 0  # by fills that no cancel or modify has followed yet


@dataclass
class State:
    """The book after a packet: per (side, price) the lots of its orders, front of queue first."""

    queues: dict
    crossed: bool
    is_live: bool
    ts_local_ns: int

    @property
    def levels(self):
        """(lots, count) per (side, price)."""
        return {level: (sum(queue), len(queue)) for level, queue in self.queues.items()}


@dataclass
class NaiveBook:
    """Feed it records; it tells what happened, and counts what is odd as a tape does."""

    tick_e9: int
    levels: dict = field(default_factory=dict)  # (side, price) -> list of Order
    orders: dict = field(default_factory=dict)
    anomalies: Counter = field(default_factory=Counter)
    observed: Counter = field(default_factory=Counter)
    sequence: int = -1  # of the live record before
    clocks: tuple = (0, 0)  # the latest ts_event and ts_recv so far
    in_span: bool = False  # whether the live packet before left the book crossed
    ended_ns: int = 0  # when the last record of the packet came, whatever it said

    def packets(self, records):
        """States after every packet that did something."""
        open_packet, in_snapshot = (), False  # (is_live, ts_local_ns) of its last row
        for record in records:
            snapshot = bool(record["flags"] & SNAPSHOT)
            if in_snapshot and not snapshot and open_packet:
                yield self._ended(*open_packet)
                open_packet = ()
            in_snapshot = snapshot
            self._look_at(record, snapshot)
            self.ended_ns = self.clocks[1]
            if self.apply(record):
                open_packet = (not snapshot, self.ended_ns)
            if record["flags"] & LAST and open_packet:
                yield self._ended(*open_packet)
                open_packet = ()
        if open_packet:
            self.anomalies["open_packet"] += not in_snapshot
            yield self._ended(*open_packet)

    def _look_at(self, record, snapshot):
        """Clocks, flags and sequence of a record."""
        flags, clocks = record["flags"], (int(record["ts_event"]), int(record["ts_recv"]))
        if max(clocks) >= UNDEF_TIME:
            self.anomalies["undefined_time"] += 1
        else:
            fell = [now < before for now, before in zip(clocks, self.clocks, strict=True)]
            if not snapshot:
                self.anomalies["time_ran_back"] += any(fell)
                self.observed["ts_event_fell"] += fell[0]
                self.observed["ts_recv_fell"] += fell[1]
            self.clocks = tuple(map(max, clocks, self.clocks))
        self.anomalies["maybe_bad_book"] += bool(flags & BAD_BOOK)
        if snapshot:
            return
        self.anomalies["bad_ts_recv"] += bool(flags & BAD_TS)
        sequence, before = int(record["sequence"]), self.sequence
        self.sequence = sequence
        if before >= 0:
            self.observed["sequence_gaps"] += sequence > before + 1
            self.observed["sequence_fell"] += sequence < before

    def _ended(self, is_live, ts_local_ns):
        if is_live:
            crossed = self.is_crossed()
            self.observed["crossed_packets"] += crossed
            self.observed["crossed_spans"] += crossed and not self.in_span
            self.in_span = crossed
        return self.state(is_live, ts_local_ns)

    def state(self, is_live, ts_local_ns):
        """A copy of what rests."""
        queues = {level: [o.lots for o in queue] for level, queue in self.levels.items()}
        return State(queues, self.is_crossed(), is_live, ts_local_ns)

    def is_crossed(self):
        """Whether bids meet asks."""
        bids = [px for side, px in self.levels if side > 0]
        asks = [px for side, px in self.levels if side < 0]
        return bool(bids and asks) and max(bids) >= min(asks)

    def apply(self, record):
        """Whether the record says anything about the market."""
        action, size = chr(record["action"]), int(record["size"])
        if action == "R":
            self.levels.clear()
            self.orders.clear()
            return True
        if action not in "ACMTF":
            self.anomalies["unknown_action"] += action != "N"
            return False
        if action in "ACM" and record["flags"] & (TOB | MBP):
            self.anomalies["not_an_order"] += 1
            return False
        if action == "C":
            return self._cancel(int(record["order_id"]), size)
        if action in "TF":
            said = self._has_lots(size) and self._has_price(record)
            if said:
                self.anomalies["trade_off_grid"] += int(record["price"]) % self.tick_e9 != 0
            if action == "F" and said:
                self._fill(int(record["order_id"]), size)
            return said
        return self._has_price(record) and self._add_or_modify(action, record, size)

    def _has_lots(self, size):
        self.anomalies["zero_size"] += size == 0
        self.anomalies["undefined_size"] += size > MAX_LOTS
        return 0 < size <= MAX_LOTS

    def _has_price(self, record):
        is_one = int(record["price"]) != UNDEF_PRICE
        self.anomalies["undefined_price"] += not is_one
        return is_one

    def _fill(self, order_id, size):
        """The book stays as it is; what follows may be a refill."""
        if order_id in self.orders:
            order = self.orders[order_id]
            order.filled = min(order.filled + size, MAX_LOTS)
        else:
            self.anomalies["unknown_fill"] += 1

    def _cancel(self, order_id, size):
        order = self.orders.get(order_id)
        if order is None:
            self.anomalies["unknown_cancel"] += 1
            return False
        if not self._has_lots(size):
            return False
        self.anomalies["cancel_too_large"] += size > order.lots
        self._leave(order, min(size, order.lots))
        return True

    def _add_or_modify(self, action, record, size):
        order_id = int(record["order_id"])
        side = SIDES.get(int(record["side"]), 0)
        px_ticks, rest = divmod(int(record["price"]), self.tick_e9)
        assert rest == 0
        order = self.orders.get(order_id)
        if action == "A" and order is not None:
            self.anomalies["duplicate_add"] += 1
            return False
        if order is None:
            self.anomalies["unknown_modify"] += action == "M"
            if self._has_lots(size):
                self.anomalies["no_side"] += side == 0
                if side != 0:
                    self._join(Order(order_id, side, px_ticks, size))
            return order_id in self.orders
        if not self._has_lots(size) and size > 0:
            return False
        side = side or order.side
        shows_more = size > order.lots - order.filled
        moves = (side, px_ticks) != (order.side, order.px_ticks) or shows_more
        if moves and size > 0:  # a modify to nothing is a cancel
            self._leave(order, order.lots)
            self._join(Order(order_id, side, px_ticks, size))
            return True
        difference = order.lots - size
        self._leave(order, difference)
        return difference > 0

    def _join(self, order):
        self.orders[order.order_id] = order
        self.levels.setdefault((order.side, order.px_ticks), []).append(order)

    def _leave(self, order, lots):
        order.lots -= lots
        order.filled = max(order.filled - lots, 0)
        if order.lots == 0:
            del self.orders[order.order_id]
            queue = self.levels[order.side, order.px_ticks]
            queue.remove(order)
            if not queue:
                del self.levels[order.side, order.px_ticks]
