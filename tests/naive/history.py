"""What is known at a decision, as lists and dicts; bars by search instead of by counting."""

import heapq
import itertools
from bisect import bisect_left
from dataclasses import dataclass, field

from hft_gym.tape.rows import Flag, Kind

REACH_TICKS = 128  # of what counts as a level


@dataclass
class Packet:
    """The book after a packet."""

    ts_local_ns: int
    touch: tuple[int, int, int, int] | None  # bid, bid lots, ask, ask lots; None: not two-sided
    is_snapshot: bool
    levels: dict  # side -> [(price, lots)], best first


@dataclass
class OrderEvent:
    """A row that changes orders, with the touch known before its packet."""

    ts_local_ns: int
    packet: int
    kind: Kind
    side: int
    px: int
    lots: int
    touch: tuple[int, int, int, int] | None


@dataclass
class History:
    """All that is known at a decision."""

    meta: object = None
    feed_ns: int = 0
    book: dict = field(default_factory=dict)  # (side, price) -> lots
    orders: dict = field(default_factory=dict)  # key -> [side, price, lots]
    packets: list[Packet] = field(default_factory=list)
    all_trades: list[tuple] = field(default_factory=list)  # time, aggressor or 0, lots, price
    events: list[OrderEvent] = field(default_factory=list)

    @property
    def trades(self):
        """(time, aggressor, lots) of those with an aggressor."""
        return [(ts, side, lots) for ts, side, lots, _ in self.all_trades if side != 0]

    def levels(self, side, reach=None):
        """[(price, lots)] of the best levels of a side, at most twelve, best first."""
        found = (
            (-side * px, lots) for (s, px), lots in self.book.items() if s == side and lots > 0
        )
        best = [(-side * worse, lots) for worse, lots in heapq.nsmallest(12, found)]
        return [level for level in best if reach is None or abs(level[0] - best[0][0]) < reach]

    def touch(self):
        """Of the present book."""
        return touch_of(self.levels(1), self.levels(-1))

    def pairs(self):
        """(packet before, packet) of the live market where both were two-sided."""
        for before, after in itertools.pairwise(self.packets):
            if before.touch and after.touch and not after.is_snapshot:
                yield before, after

    def changes(self):
        """(time, touch before, touch after) of each such pair."""
        for before, after in self.pairs():
            yield after.ts_local_ns, before.touch, after.touch

    def last_mid(self):
        """Of the last two-sided packet; 0 before any."""
        return next((mid(p.touch) for p in reversed(self.packets) if p.touch), 0.0)

    def bar_ends(self, bar_s, now_ns):
        """Ends of the bars that are over."""
        length = round(bar_s * 1e9)
        live = (p for p in self.packets if p.touch and not p.is_snapshot)
        first = next(live, None)
        if first is None:
            return []
        start = (first.ts_local_ns + self.feed_ns) // length + 1
        return [k * length for k in range(start, now_ns // length + 1)]

    def before(self, end_ns):
        """How many packets are seen before a moment."""
        return bisect_left(self.packets, end_ns, key=lambda p: p.ts_local_ns + self.feed_ns)

    def closes(self, bar_s, now_ns):
        """Mid at the end of each bar: of the last packet with a two-sided book before it."""
        found = []
        for end in self.bar_ends(bar_s, now_ns):
            k = self.before(end) - 1
            while self.packets[k].touch is None:
                k -= 1
            found.append(mid(self.packets[k].touch))
        return found

    def imbalances(self, levels, bar_s, now_ns):
        """Imbalance of the book at the end of each bar; 0 where it has not two sides."""
        found = []
        for end in self.bar_ends(bar_s, now_ns):
            packet = self.packets[self.before(end) - 1]
            bid, ask = (sum(n for _, n in packet.levels[s][:levels]) for s in (1, -1))
            found.append((bid - ask) / (bid + ask) if packet.touch else 0.0)
        return found

    def read(self, tape, rows):
        """Go on with rows of the tape."""
        for row in rows:
            kind, side, flags = Kind(tape.kind[row]), int(tape.side[row]), int(tape.flags[row])
            px, lots, ts = int(tape.px_ticks[row]), int(tape.lots[row]), int(tape.ts_local_ns[row])
            if kind == Kind.TRADE:
                self.all_trades.append((ts, side, lots, px))
            elif kind != Kind.CLEAR and not flags & Flag.SNAPSHOT:
                touch = self.packets[-1].touch if self.packets else None
                number = len(self.packets)
                self.events.append(OrderEvent(ts, number, kind, side, px, lots, touch))
            self._change(kind, side, px, lots, int(tape.queue_key[row]))
            if flags & Flag.LAST:
                levels = {s: self.levels(s) for s in (1, -1)}
                is_snapshot = bool(flags & Flag.SNAPSHOT)
                touch = touch_of(levels[1], levels[-1])
                self.packets.append(Packet(ts, touch, is_snapshot, levels))

    def _change(self, kind, side, px, lots, key):
        if kind == Kind.ADD:
            self.book[side, px] = self.book.get((side, px), 0) + lots
            self.orders[key] = [side, px, lots]
        elif kind == Kind.REDUCE:
            self.book[side, px] -= lots
            if self.book[side, px] == 0:
                del self.book[side, px]
            if key in self.orders:
                self.orders[key][2] -= lots
                if self.orders[key][2] <= 0:
                    del self.orders[key]
        elif kind == Kind.CLEAR:
            self.book.clear()
            self.orders.clear()


def touch_of(bids, asks):
    """(bid, lots, ask, lots); None where a side is empty or they are locked or crossed."""
    if not bids or not asks or bids[0][0] >= asks[0][0]:
        return None
    return (*bids[0], *asks[0])


def mid(touch):
    """Of a touch, in ticks."""
    return (touch[0] + touch[2]) / 2


def faded(amounts, now_ns, half_life_s):
    """Sum of (time, amount), each half as much for every half-life that has passed."""
    return sum(a * 2.0 ** (-(now_ns - t) * 1e-9 / half_life_s) for t, a in amounts)
