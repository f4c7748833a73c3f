"""The order book of DBN's MBO schema with dicts and lists, written from its rules alone."""

from dataclasses import dataclass, field

LAST, TOB, SNAPSHOT, MBP = 128, 64, 32, 16
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
    """Feed it records; it tells what happened."""

    tick_e9: int
    levels: dict = field(default_factory=dict)  # (side, price) -> list of Order
    orders: dict = field(default_factory=dict)
    unknown: dict = field(default_factory=lambda: {"C": 0, "M": 0, "F": 0})
    duplicates: int = 0
    ended_ns: int = 0  # when the last record of the packet came, whatever it said

    def packets(self, records):
        """States after every packet that did something."""
        open_packet, in_snapshot, latest_ns = (), False, 0  # (is_live, ts_local_ns) of its last row
        for record in records:
            snapshot = bool(record["flags"] & SNAPSHOT)
            if in_snapshot and not snapshot and open_packet:
                yield self.state(*open_packet)
                open_packet = ()
            in_snapshot = snapshot
            if max(record["ts_event"], record["ts_recv"]) < UNDEF_TIME:
                latest_ns = max(latest_ns, int(record["ts_recv"]))
            self.ended_ns = latest_ns
            if self.apply(record):
                open_packet = (not snapshot, latest_ns)
            if record["flags"] & LAST and open_packet:
                yield self.state(*open_packet)
                open_packet = ()
        if open_packet:
            yield self.state(*open_packet)

    def state(self, is_live, ts_local_ns):
        """A copy of what rests."""
        queues = {level: [o.lots for o in queue] for level, queue in self.levels.items()}
        bids = [px for side, px in queues if side > 0]
        asks = [px for side, px in queues if side < 0]
        crossed = bool(bids and asks) and max(bids) >= min(asks)
        return State(queues, crossed, is_live, ts_local_ns)

    def apply(self, record):
        """Whether the record says anything about the market."""
        action, size = chr(record["action"]), int(record["size"])
        if action == "R":
            self.levels.clear()
            self.orders.clear()
            return True
        if action not in "ACMTF" or (action in "ACM" and record["flags"] & (TOB | MBP)):
            return False
        if action == "C":
            return self._cancel(int(record["order_id"]), size)
        if action in "TF":
            said = 0 < size <= MAX_LOTS and int(record["price"]) != UNDEF_PRICE
            if action == "F" and said:
                self._fill(int(record["order_id"]), size)
            return said
        return int(record["price"]) != UNDEF_PRICE and self._add_or_modify(action, record, size)

    def _fill(self, order_id, size):
        """The book stays as it is; what follows may be a refill."""
        if order_id in self.orders:
            order = self.orders[order_id]
            order.filled = min(order.filled + size, MAX_LOTS)
        else:
            self.unknown["F"] += 1

    def _cancel(self, order_id, size):
        order = self.orders.get(order_id)
        if order is None:
            self.unknown["C"] += 1
            return False
        if not 0 < size <= MAX_LOTS:
            return False
        self._leave(order, min(size, order.lots))
        return True

    def _add_or_modify(self, action, record, size):
        order_id = int(record["order_id"])
        side = SIDES.get(int(record["side"]), 0)
        px_ticks, rest = divmod(int(record["price"]), self.tick_e9)
        assert rest == 0
        order = self.orders.get(order_id)
        if action == "A" and order is not None:
            self.duplicates += 1
            return False
        if order is None:
            self.unknown["M"] += action == "M"
            if side != 0 and 0 < size <= MAX_LOTS:
                self._join(Order(order_id, side, px_ticks, size))
            return order_id in self.orders
        if size > MAX_LOTS:
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
