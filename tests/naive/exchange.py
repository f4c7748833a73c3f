"""The slow twin of `hft_gym.market`: lists and dicts, written from the rules, not from the kernel.

The book is a dict of single orders; what is ahead of us is counted anew each time, and what an
order of ours would meet is laid out as one list. One packet's prints are remembered so that the
REDUCE rows that follow them don't count twice.
"""

from dataclasses import dataclass, field

from hft_gym.market.interfaces import VenueRules
from hft_gym.market.records import (
    Action,
    Event,
    OrderType,
    Reason,
    SelfTrade,
    TimeInForce,
    WhenCrossed,
)
from hft_gym.tape.rows import Flag, Kind
from tests.naive.self_match import passed_over_by

NOBODY_TRADES = Flag.CROSSED | Flag.HALTED


@dataclass
class Ours:
    """An order of ours at the exchange."""

    slot: int
    order_id: int
    side: int
    px: int
    leaves: int
    post_only: int
    tif: int
    key: int = 0  # rows before it are ahead of us
    rank: int = 0  # our own order of coming to stand at a price
    filled: int = 0
    credit: int = 0  # printed lots ahead of us whose REDUCE has not come yet


@dataclass
class NaiveExchange:
    """One trader's orders at the exchange, any number of them."""

    rows: list[tuple]  # (ts_exchange, kind, side, px, lots, key, flags)
    delays: tuple  # of entry, cancel and response: ns by the time of setting out
    fees: tuple[int, int]  # microticks a lot: maker, taker
    band: tuple[int, int]
    rules: VenueRules = field(default_factory=VenueRules)
    session_end_ns: int = 2**62
    row: int = 0
    book: dict[int, list[int]] = field(default_factory=dict)  # key -> [side, px, lots]
    consumed: dict[tuple[int, int], int] = field(default_factory=dict)
    live: list[Ours] = field(default_factory=list)
    truth: list[int] = field(default_factory=lambda: [0, 0, 0])  # position, cash, fees
    answers: list[dict] = field(default_factory=list)
    log: list[tuple] = field(default_factory=list)  # what a journal would be told
    gone: dict[int, Ours] = field(default_factory=dict)  # slot -> last order that left
    ranks: int = 0
    was_crossed: bool = False
    last_known: int = 0
    passed: int = 0
    over: set[int] = field(default_factory=set)  # orders that a print of the packet passes over

    # -- what can be seen -----------------------------------------------------------------------

    def displayed(self, side, px):
        """Lots of the tape at a price."""
        return sum(o[2] for o in self.book.values() if o[:2] == [side, px])

    def ahead(self, order, without=()):
        """Lots of others that trade before one of our orders, some orders left out."""
        mine = [order.side, order.px]
        keys = [key for key, o in self.book.items() if o[:2] == mine and key < order.key]
        keys = [key for key in keys if key not in without]
        return sum(self.book[key][2] for key in keys) - order.credit

    def queue(self, side):
        """Our live orders of a side as they would trade."""
        return sorted(
            (o for o in self.live if o.side == side), key=lambda o: (-side * o.px, o.rank)
        )

    def _at(self, side, px):
        """The queue at a price: (lots, None) of others, what we took gone, and (0, order) of us."""
        gone = self.consumed.get((side, px), 0)
        line = []
        for key in sorted(k for k, o in self.book.items() if o[:2] == [side, px]):
            lots = self.book[key][2]
            taken = min(gone, lots)
            gone -= taken
            line.append((key, 0, lots - taken, None))
        line += [(o.key - 0.5, o.rank, 0, o) for o in self.live if (o.side, o.px) == (side, px)]
        return [(lots, own) for _, _, lots, own in sorted(line, key=lambda e: e[:2])]

    def meets(self, side, limit):
        """What an order would meet: (price, lots, None) of others or (price, lots, ours)."""
        prices = {o[1] for o in self.book.values() if o[0] == -side}
        prices |= {o.px for o in self.live if o.side == -side}
        found = []
        for px in sorted((p for p in prices if side * (limit - p) >= 0), key=lambda p: side * p):
            others = 0
            for lots, own in [*self._at(-side, px), (0, self)]:
                others += lots
                if own is not None and others > 0:
                    found.append((px, others, None))
                    others = 0
                if own is not None and own is not self:
                    found.append((px, own.leaves, own))
        return found

    def _in_reach(self, side, limit):
        """Lots that an order could trade at once."""
        total = 0
        for _, lots, own in self.meets(side, limit):
            if own is not None and self.rules.self_trade in (
                SelfTrade.CANCEL_NEWEST,
                SelfTrade.CANCEL_BOTH,
            ):
                break
            if own is None or self.rules.self_trade == SelfTrade.ALLOW:
                total += lots
        return total

    def is_crossed(self):
        """Whether nobody can trade now."""
        return self.row > 0 and bool(self.rows[self.row - 1][6] & NOBODY_TRADES)

    # -- what the tape does ---------------------------------------------------------------------

    def play(self, stop):
        """Let the rows before `stop` happen."""
        while self.row < stop:
            ts, kind, side, px, lots, key, flags = self.rows[self.row]
            tradable = not flags & (NOBODY_TRADES | Flag.SNAPSHOT)
            if kind == Kind.ADD:
                self.book[self.row] = [side, px, lots]
                if tradable:
                    self._meet(side, px, lots, ts, takes=False)
            elif kind == Kind.REDUCE:
                self._reduce(side, px, lots, key)
            elif kind == Kind.TRADE and side != 0 and tradable:
                self._meet(side, px, lots, ts, takes=True)
            elif kind == Kind.CLEAR:
                self.book.clear()
                self.consumed.clear()
                for order in self.queue(1)[::-1] + self.queue(-1)[::-1]:
                    self._kill(order, ts, Reason.BOOK_CLEARED)
            self.row += 1
            if flags & Flag.LAST:
                self._end_packet(ts, bool(flags & NOBODY_TRADES))

    def _end_packet(self, ts, crossed):
        for order in self.live:
            self.passed += order.credit
            order.credit = 0
        self.over = set()
        if self.was_crossed and not crossed:
            self._uncross(ts)
        self.was_crossed = crossed

    def _uncross(self, ts):
        for side in (1, -1):
            for order in self.queue(side):
                if order not in self.live or not self.meets(side, order.px):
                    continue
                if order.post_only:
                    self._kill(order, ts, Reason.POST_ONLY_WOULD_TAKE)
                elif self._take(order, ts) == Reason.SELF_TRADE:
                    self._kill(order, ts, Reason.SELF_TRADE)

    def _reduce(self, side, px, lots, key):
        for order in self.live:
            is_ahead = (order.side, order.px) == (side, px) and key < order.key
            if is_ahead and key not in self.over:
                order.credit -= min(order.credit, lots)
        self.book[key][2] -= lots
        if self.book[key][2] == 0:
            del self.book[key]
        if self.consumed.get((side, px), 0) > 0:
            self.consumed[side, px] = max(0, self.consumed[side, px] - lots)

    def _meet(self, side, px, lots, ts, *, takes):
        """An aggressor (or a newcomer that would cross us) meets our orders: price, then time."""
        passed = 0
        over = passed_over_by(self.rows, self.row) if takes else {}
        self.over |= set(over)
        for order in [o for o in self.queue(-side) if o.side * (o.px - px) >= 0]:
            if takes and order.px == px:
                before = max(0, min(lots, self.ahead(order, over) - passed))
                passed += before
                lots -= before
                order.credit += passed
            traded = min(lots, order.leaves)
            if traded > 0:
                lots -= traded
                self._fill(order, traded, order.px, ts, maker=True)
                if not takes:
                    self.consumed[side, px] = self.consumed.get((side, px), 0) + traded

    # -- our orders -----------------------------------------------------------------------------

    def _note(self, event, reason, order, lots, ts, known, px=None):
        price = order.px if px is None else px
        what = (int(event), int(reason), order.slot, order.order_id, order.side)
        self.log.append((*what, price, lots, ts, known))

    def _tell(self, order, ts, event, reason, lots, answers, change=(0, 0, 0), px=None):
        known_ns = max(ts + self.delays[2](ts), self.last_known)
        self.last_known = known_ns
        self.answers.append(
            {
                "known_ns": known_ns,
                "slot": order.slot,
                "order_id": order.order_id,
                "px": order.px,
                "leaves": order.leaves,
                "filled": order.filled,
                "change": list(change),
                "answers": answers,
            }
        )
        self._note(event, reason, order, lots, ts, known_ns, px)

    def _fill(self, order, lots, px, ts, *, maker):
        change = [order.side * lots, -order.side * lots * px, self.fees[0 if maker else 1] * lots]
        self.truth = [t + c for t, c in zip(self.truth, change, strict=True)]
        order.leaves -= lots
        order.filled += lots
        reason = Reason.FILLED if maker else Reason.TAKEN
        self._tell(order, ts, Event.FILLED, reason, lots, 0, change, px)
        if order.leaves == 0:
            self._leave(order)

    def _leave(self, order):
        self.live = [o for o in self.live if o is not order]
        self.gone[order.slot] = order

    def _kill(self, order, ts, reason, answers=0, event=Event.CANCELLED):
        lots, order.leaves = order.leaves, 0
        self._leave(order)
        self._tell(order, ts, event, reason, lots, answers)

    def _take(self, order, ts):
        """Trade with all that is met; says whether what is left may stay."""
        policy = self.rules.self_trade
        for px, lots, own in self.meets(order.side, order.px):
            traded = min(lots, order.leaves)
            if order.leaves == 0:
                break
            if own is None:
                self.consumed[-order.side, px] = self.consumed.get((-order.side, px), 0) + traded
                self._fill(order, traded, px, ts, maker=False)
            elif policy == SelfTrade.ALLOW:
                self._fill(own, traded, px, ts, maker=True)
                self._fill(order, traded, px, ts, maker=False)
            elif policy == SelfTrade.CANCEL_NEWEST:
                return Reason.SELF_TRADE
            else:
                self._kill(own, ts, Reason.SELF_TRADE)
                if policy == SelfTrade.CANCEL_BOTH:
                    return Reason.SELF_TRADE
        return Reason.ACCEPTED

    def _make_way(self, side, px, ts):
        """No trading: those of ours that would be met go, by policy, before an order rests."""
        for own in self.queue(-side):
            if side * (px - own.px) < 0 or self.rules.self_trade == SelfTrade.ALLOW:
                break
            self._kill(own, ts, Reason.SELF_TRADE)
            if self.rules.self_trade == SelfTrade.CANCEL_BOTH:
                return Reason.SELF_TRADE
        return Reason.ACCEPTED

    def _refusal(self, m, leaves):
        """Why an order may not come."""
        side, px, ts = m["side"], m["px"], m["arrival_ns"]
        policy = self.rules.self_trade
        at_once = m["tif"] in (TimeInForce.IOC, TimeInForce.FOK) or m["type"] == OrderType.MARKET
        met = self.meets(side, px)
        others, ours = [e for e in met if e[2] is None], [e for e in met if e[2] is not None]
        newest = bool(ours) and policy == SelfTrade.CANCEL_NEWEST
        if self.is_crossed():
            rejects = self.rules.when_crossed == WhenCrossed.REJECT or at_once
            crossed = Reason.BOOK_CROSSED if rejects else Reason.SELF_TRADE if newest else None
        too_few = m["tif"] == TimeInForce.FOK and self._in_reach(side, px) < leaves
        faults = [
            (not self.band[0] <= px <= self.band[1], Reason.OUTSIDE_BAND),
            (m["tif"] == TimeInForce.DAY and ts >= self.session_end_ns, Reason.SESSION_OVER),
        ]
        if self.is_crossed():
            faults.append((crossed is not None, crossed))
        else:
            met_at_all = others or (ours and policy == SelfTrade.ALLOW)
            faults += [
                (m["post_only"] and met_at_all, Reason.POST_ONLY_WOULD_TAKE),
                (m["type"] == OrderType.MARKET and not others, Reason.EMPTY_SIDE),
                (newest and self._in_reach(side, px) == 0, Reason.SELF_TRADE),
                (too_few, Reason.NOT_ENOUGH_LOTS),
            ]
        return next((reason for fault, reason in faults if fault), None)

    def _market_limit(self, side):
        """The collar's end, inside the band; where nobody can trade, a price like any other."""
        prices = [px for px, _, own in self.meets(side, side * 10**9) if own is None]
        if not prices or self.is_crossed():
            return self.band[0]
        return min(max(prices[0] + side * self.rules.collar_ticks, self.band[0]), self.band[1])

    def expire(self):
        """Orders for the day end with the session."""
        for order in self.queue(1) + self.queue(-1):
            if order.tif == TimeInForce.DAY:
                reason, event = Reason.SESSION_OVER, Event.EXPIRED
                self._kill(order, self.session_end_ns, reason, event=event)

    def arrive(self, m):
        """A message reaches the exchange."""
        slot, ts = m["slot"], m["arrival_ns"]
        order = next((o for o in self.live if o.order_id == m["order_id"]), None)
        if m["action"] == Action.NEW:
            if m["type"] == OrderType.MARKET:
                m["px"] = self._market_limit(m["side"])
            order = Ours(slot, m["order_id"], m["side"], m["px"], 0, m["post_only"], m["tif"])
            self._come(order, m, m["lots"], Event.ACCEPTED)
        elif order is None:
            self._tell(self.gone[slot], ts, Event.REJECTED, Reason.TOO_LATE, m["lots"], 1)
        elif m["action"] == Action.CANCEL:
            self._kill(order, ts, Reason.CANCELLED, 1)
        else:
            m["side"], m["tif"] = order.side, order.tif
            leaves = m["lots"] - (order.filled - m["filled"])
            if leaves <= 0:
                self._kill(order, ts, Reason.CANCELLED, 1)
            elif m["px"] == order.px and leaves <= order.leaves:
                order.leaves = leaves  # a decrease keeps its place
                self._tell(order, ts, Event.MODIFIED, Reason.ACCEPTED, leaves, 1)
            else:
                self._come(order, m, leaves, Event.MODIFIED)

    def _come(self, order, m, leaves, event):
        """A new or changed order comes to the book."""
        ts = m["arrival_ns"]
        reason = self._refusal(m, leaves)
        if reason is not None:
            self._tell(order, ts, Event.REJECTED, reason, m["lots"], 1)
            if event == Event.ACCEPTED:
                self.gone[order.slot] = order
            return
        self.live = [o for o in self.live if o is not order]
        order.px, order.leaves, order.key, order.credit = m["px"], leaves, self.row, 0
        order.post_only = m["post_only"]
        self._tell(order, ts, event, Reason.ACCEPTED, leaves, 1)
        if self.is_crossed():
            reason = self._make_way(order.side, order.px, ts)
        else:
            reason = self._take(order, ts)
        at_once = order.tif in (TimeInForce.IOC, TimeInForce.FOK) or m["type"] == OrderType.MARKET
        if reason == Reason.ACCEPTED and at_once:
            reason = Reason.IMMEDIATE_REST
        if order.leaves > 0 and reason != Reason.ACCEPTED:
            self._kill(order, ts, reason)
        elif order.leaves > 0:
            self.ranks += 1
            order.rank = self.ranks
            self.live.append(order)
            self._note(Event.RESTED, Reason.ACCEPTED, order, order.leaves, ts, self.last_known)
