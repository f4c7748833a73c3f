"""Hypothesis strategies for streams of packets as venues send them: valid references, odd flags."""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from tests.dbn_files import BAD_BOOK, BAD_TS, LAST, MBP, SNAPSHOT, TOB

MIDDLE_TICKS = 2
FAR_TICKS = (-(2**31) + 1, -5_000, -4_097, 4_096, 9_000, 2**31 - 1)

sides = st.sampled_from("BA")
lots = st.integers(1, 5)
picks = st.integers(0, 2**16)
# between -8 and 12, so that books cross at times; far away rarely
prices = st.one_of(*[st.integers(-8, 12)] * 9, st.sampled_from(FAR_TICKS))
odd_flags = st.one_of(
    st.just(0), st.just(0), st.just(0), st.sampled_from([TOB, MBP, BAD_TS, BAD_BOOK, 1, 2, 3])
)

events = st.one_of(
    st.tuples(st.just("add"), sides, prices, lots),
    st.tuples(st.just("add"), sides, prices, lots),
    st.tuples(st.just("cancel"), picks, lots),
    st.tuples(st.just("cancel all"), picks),
    st.tuples(st.just("resize"), picks, lots),
    st.tuples(st.just("move"), picks, prices, lots),
    st.tuples(st.just("turn"), picks, sides, prices, lots),
    st.tuples(st.just("trade"), st.lists(st.tuples(picks, lots, st.booleans()), max_size=3)),
    st.tuples(st.just("refill"), picks, lots, lots),
    st.tuples(st.just("unknown"), st.sampled_from("CMF"), sides, prices, lots),
    st.tuples(st.just("empty"), st.sampled_from("ACMTF"), picks, st.sampled_from([0, 2**32 - 1])),
    st.tuples(st.just("no price"), st.sampled_from("AMTF"), picks),
    st.tuples(st.just("again"), picks, sides, prices, lots),
    st.tuples(st.just("nothing"), st.sampled_from("NX")),
)
rare = st.one_of(
    st.tuples(st.just("clear")),
    st.tuples(
        st.just("snapshot"), st.booleans(), st.lists(st.tuples(sides, prices, lots), max_size=5)
    ),
)
packets = st.tuples(
    st.lists(st.one_of(*[events] * 12, rare), min_size=1, max_size=6),
    odd_flags,
    st.integers(0, 3_000),  # ns since the packet before
    st.integers(0, 19).map(lambda n: n > 0),  # whether it says when it ends
    st.sampled_from([0, 0, 0, 0, 0, 0, 1, 5, -1, -2, -1_000]),  # how far its numbers jump
)
streams = st.lists(packets, min_size=1, max_size=30)


@dataclass
class Venue:
    """Writes rows for `tests.dbn_files.mbo` and knows what rests, so that references are true."""

    rows: list = field(default_factory=list)
    live: dict = field(default_factory=dict)  # order id -> [side, price, lots]
    last_id: int = 100
    now_ns: int = 0
    sequence: int = 0  # of the next record
    flags: int = 0

    def packet(self, what, flags, after_ns, has_end, jump):
        """The rows of one packet."""
        self.now_ns += after_ns
        self.sequence = max(0, self.sequence + jump)
        first = len(self.rows)
        for name, *details in what:
            self.flags = flags
            getattr(self, "_" + name.replace(" ", "_"))(*details)
        if has_end and len(self.rows) > first:
            *row, flags, offset_ns, sequence = self.rows[-1]
            self.rows[-1] = (*row, flags | LAST, offset_ns, sequence)

    def _say(self, action, side, order_id, px_ticks, size):
        when = (self.now_ns, self.sequence)
        self.rows.append((action, side, order_id, px_ticks, size, self.flags, *when))
        self.sequence += 1

    def _picked(self, pick):
        ids = list(self.live)
        return ids[pick % len(ids)] if ids else None

    def _is_skipped(self):
        return self.flags & (TOB | MBP)

    def _take(self, order_id, count):
        order = self.live[order_id]
        self._say("C", order[0], order_id, order[1], count)
        if not self._is_skipped():
            order[2] -= count
            if order[2] <= 0:
                del self.live[order_id]

    def _modify(self, order_id, side, px_ticks, count):
        self._say("M", side, order_id, px_ticks, count)
        if not self._is_skipped():
            self.live[order_id] = [side, px_ticks, count]

    def _add(self, side, px_ticks, count):
        self.last_id += 7
        self._say("A", side, self.last_id, px_ticks, count)
        if not self._is_skipped():
            self.live[self.last_id] = [side, px_ticks, count]

    def _cancel(self, pick, count):
        order_id = self._picked(pick)
        if order_id is not None:
            self._take(order_id, count)  # at times more than is left

    def _cancel_all(self, pick):
        order_id = self._picked(pick)
        if order_id is not None:
            self._take(order_id, self.live[order_id][2])

    def _resize(self, pick, count):
        order_id = self._picked(pick)
        if order_id is not None:
            self._modify(order_id, *self.live[order_id][:2], count)

    def _move(self, pick, px_ticks, count):
        order_id = self._picked(pick)
        if order_id is not None:
            self._modify(order_id, self.live[order_id][0], px_ticks, count)

    def _turn(self, pick, side, px_ticks, count):
        order_id = self._picked(pick)
        if order_id is not None:
            self._modify(order_id, side, px_ticks, count)

    def _trade(self, fills):
        self._say("T", "N", 0, MIDDLE_TICKS, sum(count for _, count, _ in fills) or 1)
        filled = []
        for pick, count, by_cancel in fills:
            order_id = self._picked(pick)
            if order_id is not None:
                side, px_ticks, left = self.live[order_id]
                self._say("F", side, order_id, px_ticks, count)  # at times more than was shown
                filled.append((order_id, min(count, left), by_cancel))
        for order_id, count, by_cancel in filled:
            if order_id not in self.live:
                continue
            side, px_ticks, left = self.live[order_id]
            if by_cancel or count >= left:
                self._take(order_id, min(count, left))
            else:
                self._modify(order_id, side, px_ticks, left - count)

    def _refill(self, pick, filled, shown):
        order_id = self._picked(pick)
        if order_id is not None:
            side, px_ticks, _ = self.live[order_id]
            self._say("F", side, order_id, px_ticks, filled)
            self._modify(order_id, side, px_ticks, shown)

    def _unknown(self, action, side, px_ticks, count):
        self.last_id += 7
        self._say(action, side, self.last_id, px_ticks, count)
        if action == "M" and not self._is_skipped():
            self.live[self.last_id] = [side, px_ticks, count]

    def _empty(self, action, pick, count):
        order_id = self._picked(pick)
        if order_id is None or action == "A":
            self._say(action, "B", 5, 1, count)
            return
        side, px_ticks, _ = self.live[order_id]
        self._say(action, side, order_id, px_ticks, count)
        if action == "M" and count == 0 and not self._is_skipped():
            del self.live[order_id]

    def _no_price(self, action, pick):
        self._say(action, "A", self._picked(pick) or 5, None, 1)

    def _again(self, pick, side, px_ticks, count):
        order_id = self._picked(pick)
        if order_id is not None:
            self._say("A", side, order_id, px_ticks, count)

    def _nothing(self, action):
        self._say(action, "N", 0, None, 0)

    def _clear(self):
        self._say("R", "N", 0, None, 0)
        self.live.clear()

    def _snapshot(self, clears, orders):
        self.flags = SNAPSHOT | BAD_TS
        if clears:
            self._clear()
        for side, px_ticks, count in orders:
            self._add(side, px_ticks, count)


def rows_of(stream):
    """Rows for `tests.dbn_files.mbo` of a drawn stream; never none."""
    venue = Venue()
    for packet in stream:
        venue.packet(*packet)
    return venue.rows or [("N", "N", 0, None, 0, LAST, 0)]


every_stream = streams.map(rows_of)
