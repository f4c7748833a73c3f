"""The slow twin of `hft_gym.market`: lists and dicts, written from the rules, not from the kernel.

The book is a dict of single orders; what is ahead of us is counted anew each time. One packet's
prints are remembered so that the REDUCE rows that follow them don't count twice.
"""

from dataclasses import dataclass, field

from hft_gym.market.records import TRADER_DTYPE
from hft_gym.tape.rows import Flag, Kind


@dataclass
class Ours:
    """An order of ours at the exchange."""

    order_id: int
    side: int
    px: int
    leaves: int
    post_only: bool
    key: float = 0.0  # rows before it are ahead of us
    filled: int = 0
    credit: int = 0  # printed lots ahead of us whose REDUCE has not come yet


@dataclass
class Belief:
    """What we believe of one side's quote."""

    order_id: int = 0
    state: str = "none"
    px: int = 0
    leaves: int = 0
    filled: int = 0
    in_flight: int = 0


@dataclass
class NaiveTrader:
    """One trader who quotes one order a side."""

    rows: list[tuple]  # (ts_exchange, kind, side, px, lots, key, flags)
    entry_ns: int
    response_ns: int
    maker_microticks: int
    taker_microticks: int
    max_position: int
    band: tuple[int, int]
    row: int = 0
    book: dict[int, list[int]] = field(default_factory=dict)  # key -> [side, px, lots]
    consumed: dict[tuple[int, int], int] = field(default_factory=dict)
    live: dict[int, Ours] = field(default_factory=dict)  # slot -> order
    position: int = 0
    cash: int = 0
    fees: int = 0
    known: list[int] = field(default_factory=lambda: [0, 0, 0])
    beliefs: list[Belief] = field(default_factory=lambda: [Belief(), Belief()])
    messages: list[dict] = field(default_factory=list)
    answers: list[dict] = field(default_factory=list)
    ids: int = 0
    gone: dict[int, Ours] = field(default_factory=dict)  # slot -> last order that left

    def displayed(self, side: int, px: int) -> int:
        """Lots of the tape at a price."""
        return sum(o[2] for o in self.book.values() if o[0] == side and o[1] == px)

    def ahead(self, order: Ours) -> int:
        """Lots of others that trade before one of our orders."""
        lots = 0
        for key, (side, px, left) in self.book.items():
            if side == order.side and px == order.px and key < order.key:
                lots += left
        return lots - order.credit

    # -- what the tape does ---------------------------------------------------------------------

    def play(self, stop: int) -> None:
        """Let the rows before `stop` happen."""
        while self.row < stop:
            ts, kind, side, px, lots, key, flags = self.rows[self.row]
            tradable = not flags & (Flag.CROSSED | Flag.SNAPSHOT)
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
                for slot in list(self.live):
                    self._kill(slot, ts)
            if flags & Flag.LAST:
                for order in self.live.values():
                    order.credit = 0
            self.row += 1

    def _reduce(self, side: int, px: int, lots: int, key: int) -> None:
        for order in self.live.values():
            if order.side == side and order.px == px and key < order.key:
                order.credit -= min(order.credit, lots)
        self.book[key][2] -= lots
        if self.book[key][2] == 0:
            del self.book[key]
        if self.consumed.get((side, px), 0) > 0:
            self.consumed[side, px] = max(0, self.consumed[side, px] - lots)

    def _meet(self, side: int, px: int, lots: int, ts: int, *, takes: bool) -> None:
        """An aggressor (or a newcomer that would cross us) meets our orders: price, then time."""
        ours = [
            (slot, o)
            for slot, o in self.live.items()
            if o.side == -side and o.side * (o.px - px) >= 0
        ]
        ours.sort(key=lambda so: (-so[1].side * so[1].px, so[1].order_id))
        passed = 0
        for slot, order in ours:
            if takes and order.px == px:
                before = max(0, min(lots, self.ahead(order) - passed))
                passed += before
                lots -= before
                order.credit += passed
            traded = min(lots, order.leaves)
            if traded > 0:
                lots -= traded
                self._fill(slot, traded, order.px, ts, maker=True)
                if not takes:
                    self.consumed[side, px] = self.consumed.get((side, px), 0) + traded

    # -- our orders -----------------------------------------------------------------------------

    def _fill(self, slot: int, lots: int, px: int, ts: int, *, maker: bool) -> None:
        order = self.live[slot]
        fee = (self.maker_microticks if maker else self.taker_microticks) * lots
        self.position += order.side * lots
        self.cash -= order.side * lots * px
        self.fees += fee
        order.leaves -= lots
        order.filled += lots
        change = [order.side * lots, -order.side * lots * px, fee]
        self._answer(slot, order, ts, change=change)
        if order.leaves == 0:
            self.gone[slot] = self.live.pop(slot)

    def _answer(self, slot, order, ts, change=(0, 0, 0), answers=0, order_id=None) -> None:
        known_ns = ts + self.response_ns
        if self.answers:
            known_ns = max(known_ns, self.answers[-1]["known_ns"])
        self.answers.append(
            {
                "known_ns": known_ns,
                "slot": slot,
                "order_id": order.order_id if order_id is None else order_id,
                "px": order.px,
                "leaves": order.leaves,
                "filled": order.filled,
                "change": list(change),
                "answers": answers,
            }
        )

    def _kill(self, slot: int, ts: int, answers: int = 0) -> None:
        order = self.live.pop(slot)
        order.leaves = 0
        self.gone[slot] = order
        self._answer(slot, order, ts, answers=answers)

    def _available(self, side: int, px: int) -> int:
        return self.displayed(side, px) - self.consumed.get((side, px), 0)

    def _would_take(self, side: int, px: int) -> list[int]:
        """Prices of the opposite side that an order meets, best first."""
        prices = {o[1] for o in self.book.values() if o[0] == -side}
        return sorted(
            (p for p in prices if side * (px - p) >= 0 and self._available(-side, p) > 0),
            key=lambda p: side * p,
        )

    def _arrive(self, m: dict) -> None:
        slot, ts, side = m["slot"], m["arrival_ns"], m["side"]
        order = self.live.get(slot)
        if m["action"] != "new" and (order is None or order.order_id != m["order_id"]):
            dead = self.gone[slot]
            self._answer(slot, dead, ts, answers=1)
            return
        if m["action"] == "cancel":
            self._kill(slot, ts, answers=1)
            return
        leaves = m["lots"]
        if m["action"] == "modify":
            leaves -= order.filled - m["filled"]
            if self._shrinks(order, m, leaves):
                return
        crossed = self.row > 0 and self.rows[self.row - 1][6] & Flag.CROSSED
        takes = self._would_take(side, m["px"])
        meets = any(
            o.side == -side and side * (m["px"] - o.px) >= 0
            for s, o in self.live.items()
            if s != slot
        )
        outside = not self.band[0] <= m["px"] <= self.band[1]
        refused = outside or crossed or (takes and m["post_only"]) or meets
        if m["action"] == "new":
            order = Ours(m["order_id"], side, m["px"], 0 if refused else leaves, m["post_only"])
            if refused:
                self.gone[slot] = order
            else:
                self.live[slot] = order
        if not refused:
            order.px, order.leaves, order.key, order.credit = m["px"], leaves, self.row, 0
            for px in takes:
                lots = min(self._available(-side, px), order.leaves)
                if lots > 0:
                    self.consumed[-side, px] = self.consumed.get((-side, px), 0) + lots
                    self._fill(slot, lots, px, ts, maker=False)
        self._answer(slot, order, ts, answers=1)

    def _shrinks(self, order: Ours, m: dict, leaves: int) -> bool:
        """A modify that ends the order, or lessens it where it stands."""
        if leaves <= 0:
            self._kill(m["slot"], m["arrival_ns"], answers=1)
            return True
        if m["px"] == order.px and leaves <= order.leaves:
            order.leaves = leaves
            self._answer(m["slot"], order, m["arrival_ns"], answers=1)
            return True
        return False

    # -- our decisions --------------------------------------------------------------------------

    def _send(self, slot: int, action: str, px: int, lots: int, now: int, post_only: bool) -> None:
        if len(self.messages) + len(self.answers) >= TRADER_DTYPE["messages"].shape[0]:
            return
        belief = self.beliefs[slot]
        arrival = now + self.entry_ns
        if action == "new":
            self.ids += 1
            belief = self.beliefs[slot] = Belief(self.ids, "working", px, lots)
        if action == "cancel":
            belief.state = "cancelling"
        else:
            belief.px = px
        belief.in_flight += 1
        self.messages.append(
            {
                "action": action,
                "slot": slot,
                "side": 1 if slot == 0 else -1,
                "order_id": belief.order_id,
                "px": belief.px,
                "lots": lots,
                "filled": belief.filled,
                "arrival_ns": arrival,
                "post_only": post_only,
            }
        )

    def decide(self, targets: list[tuple[int, int]], now: int, post_only: bool) -> None:
        """Ask for `targets` [(px, lots) bid, (px, lots) ask]."""
        order = (1, 0) if targets[0][0] > self.beliefs[0].px else (0, 1)
        for slot in order:
            px, wanted = targets[slot]
            side = 1 if slot == 0 else -1
            lots = max(0, min(wanted, self.max_position - side * self.known[0]))
            belief = self.beliefs[slot]
            if belief.state == "none" and lots > 0:
                self._send(slot, "new", px, lots, now, post_only)
            elif belief.state == "working" and lots == 0:
                self._send(slot, "cancel", px, 0, now, post_only)
            elif belief.state == "working" and (px != belief.px or lots < belief.leaves):
                self._send(slot, "modify", px, lots, now, post_only)

    def until(self, stop: int, now: int) -> None:
        """Live until the rows before `stop` are known at local time `now`."""
        while self.messages:
            message = self.messages[0]
            row = self.row
            while row < stop and self.rows[row][0] <= message["arrival_ns"]:
                row += 1
            self.play(row)
            if row == stop:
                due = message["arrival_ns"] + self.response_ns <= now
                later = row == len(self.rows) or self.rows[row][0] > message["arrival_ns"]
                if not (due and later):
                    break
            self._arrive(self.messages.pop(0))
        else:
            self.play(stop)
        while self.answers and self.answers[0]["known_ns"] <= now:
            self._learn(self.answers.pop(0))

    def _learn(self, answer: dict) -> None:
        self.known = [k + c for k, c in zip(self.known, answer["change"], strict=True)]
        belief = self.beliefs[answer["slot"]]
        if belief.order_id == answer["order_id"]:
            belief.in_flight -= answer["answers"]
            if belief.in_flight == 0:
                belief.px = answer["px"]
            belief.leaves, belief.filled = answer["leaves"], answer["filled"]
            if belief.leaves == 0:
                belief.state = "none"
