"""The slow twin of a trader: what is sent, what has come back, and one who quotes both sides."""

from dataclasses import dataclass, field

from hft_gym.market.records import Action, Event, Intent, Reason, Request
from tests.naive.exchange import NaiveExchange


@dataclass
class Belief:
    """What we believe of one slot."""

    order_id: int = 0
    state: int = Intent.NONE
    side: int = 0
    px: int = 0
    leaves: int = 0
    filled: int = 0
    in_flight: int = 0


@dataclass
class NaiveTrader(NaiveExchange):
    """Sends messages and learns what became of them."""

    sizes: tuple[int, int] = (4, 16)  # orders, messages
    known: list[int] = field(default_factory=lambda: [0, 0, 0])
    beliefs: list[Belief] = field(default_factory=list)
    messages: list[dict] = field(default_factory=list)
    ids: int = 0
    last_arrival: int = 0

    def __post_init__(self):
        self.beliefs = [Belief() for _ in range(self.sizes[0])]
        later = (k for k, row in enumerate(self.rows) if row[0] > self.session_end_ns)
        self.session_end_row = next(later, len(self.rows))

    def _fault(self, slot, request):
        if len(self.messages) + len(self.answers) >= self.sizes[1]:
            return Reason.TOO_MANY_MESSAGES
        if slot is None or (request.action == Action.NEW and self.beliefs[slot].state):
            return Reason.NO_FREE_SLOT
        if request.action == Action.NEW and request.lots <= 0:
            return Reason.BAD_LOTS
        return None

    def send(self, now, slot, request: Request):
        """Send a message; returns its slot, or minus the reason why it was not sent."""
        if request.action == Action.NEW and slot < 0:
            slot = next((k for k, b in enumerate(self.beliefs) if b.state == Intent.NONE), None)
        fault = self._fault(slot, request)
        if fault is not None:
            what = (request.side, request.px_ticks, request.lots)
            place = -1 if slot is None else slot
            self.log.append((int(Event.REJECTED), int(fault), place, 0, *what, now, now))
            return -fault
        belief = self.beliefs[slot]
        px = request.px_ticks
        if request.action == Action.NEW:
            self.ids += 1
            state = Intent.WORKING
            belief = Belief(self.ids, state, request.side, px, request.lots)
            self.beliefs[slot] = belief
        elif request.action == Action.CANCEL:
            belief.state, px = Intent.CANCELLING, belief.px
        belief.px = px
        belief.in_flight += 1
        delay = self.delays[1 if request.action == Action.CANCEL else 0](now)
        self.last_arrival = arrival = max(now + delay, self.last_arrival)
        message = {"action": request.action, "slot": slot, "side": belief.side, "px": px}
        message |= {"order_id": belief.order_id, "lots": request.lots, "filled": belief.filled}
        message |= {"tif": request.time_in_force, "post_only": request.post_only}
        message["type"] = request.order_type if request.action == Action.NEW else 0
        self.messages.append(message | {"arrival_ns": arrival})
        what = (slot, belief.order_id, belief.side, px, request.lots)
        self.log.append((int(Event.SENT), int(Reason.ACCEPTED), *what, arrival, now))
        return slot

    def _end_session(self, stop, ts):
        if ts >= self.session_end_ns and stop >= self.session_end_row:
            self.play(self.session_end_row)
            self.expire()

    def _is_due(self, message, now):
        ts = message["arrival_ns"]
        back = max(ts + self.delays[2](ts), self.last_known)
        return back <= now and (self.row == len(self.rows) or self.rows[self.row][0] > ts)

    def until(self, stop, now):
        """Live until the rows before `stop` are known at local time `now`."""
        while self.messages:
            message = self.messages[0]
            self._end_session(stop, message["arrival_ns"])
            row = self.row
            while row < stop and self.rows[row][0] <= message["arrival_ns"]:
                row += 1
            self.play(row)
            if row == stop and not self._is_due(message, now):
                break
            self.arrive(self.messages.pop(0))
        self._end_session(stop, now)
        self.play(stop)
        while self.answers and self.answers[0]["known_ns"] <= now:
            self._learn(self.answers.pop(0))

    def _learn(self, answer):
        self.known = [k + c for k, c in zip(self.known, answer["change"], strict=True)]
        belief = self.beliefs[answer["slot"]]
        if belief.order_id == answer["order_id"]:
            belief.in_flight -= answer["answers"]
            if belief.in_flight == 0:
                belief.px = answer["px"]
            belief.leaves, belief.filled = answer["leaves"], answer["filled"]
            if belief.leaves == 0:
                belief.state = Intent.NONE


@dataclass
class NaiveQuoter(NaiveTrader):
    """Quotes one order a side: slot 0 the bid, slot 1 the ask."""

    max_position: int = 0

    def decide(self, targets, now, post_only):
        """Ask for `targets` [(px, lots) bid, (px, lots) ask]."""
        bid = self.beliefs[0]
        # a bid that does not stand can only come: whatever ask is in its way goes first
        order = (1, 0) if bid.state == Intent.NONE or targets[0][0] > bid.px else (0, 1)
        for slot in order:
            px, wanted = targets[slot]
            side = 1 if slot == 0 else -1
            lots = max(0, min(wanted, self.max_position - side * self.known[0]))
            belief = self.beliefs[slot]
            action = None
            if belief.state == Intent.NONE and lots > 0:
                action = Action.NEW
            elif belief.state == Intent.WORKING and lots == 0:
                action = Action.CANCEL
            elif belief.state == Intent.WORKING and (px != belief.px or lots < belief.leaves):
                action = Action.MODIFY
            if action is not None:
                self.send(now, slot, Request(action, side, px, lots, post_only=int(post_only)))
