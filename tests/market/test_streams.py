"""Streams of random orders of every type: the kernel and its slow twin agree event by event."""

import numpy as np
import pytest

from hft_gym.book.index import BookIndex
from hft_gym.market.account import clear_trader, learn
from hft_gym.market.columns import COLUMNS_DTYPE, book_records, columns_record
from hft_gym.market.exchange import advance
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import VenueRules
from hft_gym.market.records import (
    Action,
    Event,
    Intent,
    OrderType,
    Reason,
    Request,
    SelfTrade,
    TimeInForce,
    WhenCrossed,
)
from hft_gym.market.sending import send
from tests.market.plugs import SIZES, TRADER, Paper, Scattered, market, scattered_ns
from tests.naive.trader import NaiveTrader
from tests.random_tapes import START_NS, random_tape, tape_rows

pytestmark = pytest.mark.kernel

BASE, LEVELS = 60, 80
MS = 1_000_000


class Both:
    """A trader in the kernel and his slow twin, on one tape."""

    def __init__(self, tape, latency, rules):
        self.tape, self.index = tape, BookIndex.of(tape, BASE, LEVELS)
        self.columns = np.array([columns_record(tape, self.index)], COLUMNS_DTYPE)
        self.paper = Paper()
        ways = [Scattered(0, most_ns, salt) for salt, most_ns in enumerate(latency)]
        self.models = market(self.paper, ways, PerLot(0.05, 0.1), rules=rules)
        self.traders = np.zeros(1, TRADER)
        self.consumed, self.ladders = np.zeros((2, 1, 2 * LEVELS), np.int32)
        self.book = book_records(self.consumed, self.ladders, base_ticks=BASE)[0]
        self.row = 40
        clear_trader(self.traders[0], self.row, 0)
        delays = [lambda ts, w=way: scattered_ns(ts, *w) for way in ways]
        self.naive = NaiveTrader(
            tape_rows(tape), tuple(delays), (50_000, 100_000), (BASE, BASE + LEVELS - 1), rules,
            tape.meta.session_end_ns, sizes=SIZES[:2],
        )  # fmt: skip
        self.naive.play(self.row)
        self.told = 0

    @property
    def me(self):
        return self.traders[0]

    def send(self, now, slot, request):
        sent = send(self.models, self.columns[0], self.me, now, slot, request)
        assert sent == self.naive.send(now, slot, request)

    def until(self, now):
        stop = int(np.searchsorted(self.tape.ts_local_ns, now, side="right"))
        advance(self.models, self.columns[0], self.book, self.me, stop, now)
        learn(self.me, now)
        self.naive.until(stop, now)

    def compare(self):
        """Everything told, true and believed since the last time."""
        new = self.paper.entries(self.told)
        assert new == self.naive.log[self.told :]
        self.told += len(new)
        names = ("position_lots", "cash_ticks", "fees_microticks")
        assert [int(self.me[name]) for name in names] == self.naive.truth
        assert [int(self.me[f"known_{name}"]) for name in names] == self.naive.known
        assert self.me["passed_lots"] == self.naive.passed
        orders = self.me["orders"]
        for line, side in enumerate((1, -1)):
            queue = self.naive.queue(side)
            slots = self.me["live_slots"][line][: self.me["live_count"][line]]
            assert slots.tolist() == [o.slot for o in queue]
            here = orders[["px_ticks", "leaves_lots", "filled_lots", "ahead_lots"]][slots].tolist()
            assert here == [(o.px, o.leaves, o.filled, self.naive.ahead(o)) for o in queue]
        assert (orders["leaves_lots"] > 0).sum() == len(self.naive.live)
        intents = self.me["intents"][["order_id", "state", "px_ticks", "leaves_lots"]].tolist()
        beliefs = [(b.order_id, b.state, b.px, b.leaves) for b in self.naive.beliefs]
        assert intents == beliefs
        taken = {(s, px): n for (s, px), n in self.naive.consumed.items() if n > 0}
        places = {2 * (px - BASE) + (s < 0): n for (s, px), n in taken.items()}
        assert {int(k): int(self.consumed[0, k]) for k in np.flatnonzero(self.consumed)} == places


def random_request(random, naive, middle):
    """A slot and a request of any kind; now and then about an order that is not there."""
    working = [k for k, b in enumerate(naive.beliefs) if b.state == Intent.WORKING]
    side = int(random.choice([1, -1]))
    px = middle - side * int(random.integers(-3, 9))
    lots = int(random.integers(1, 9))
    if working and random.random() < 0.45:
        slot = int(random.choice(working))
        side = naive.beliefs[slot].side
        px = middle - side * int(random.integers(-3, 9))
        if random.random() < 0.3:
            px = naive.beliefs[slot].px
        if random.random() < 0.5:
            return slot, Request(int(Action.CANCEL), side)
        return slot, Request(int(Action.MODIFY), side, px, lots, 0, 0, int(random.random() < 0.2))
    if random.random() < 0.02:
        px, lots = int(random.choice([BASE - 1, BASE + LEVELS, middle])), 0
    tif = int(random.choice([TimeInForce.DAY, TimeInForce.DAY, *TimeInForce]))
    if random.random() < 0.15:
        kind = int(OrderType.MARKET)
        return -1, Request(int(Action.NEW), side, 0, lots, kind, tif, 0)
    return -1, Request(int(Action.NEW), side, px, lots, 0, tif, int(random.random() < 0.2))


def check_lives(entries):
    """Filled, left and cancelled make what was ordered; nothing before arrival, nothing after."""
    live = {}  # order id -> [ordered, filled, cancelled, arrival]
    for event, _, _, order_id, _, _, lots, ts_ns, known_ns in entries:
        assert known_ns >= ts_ns or event == Event.SENT
        if event == Event.ACCEPTED:
            live[order_id] = [lots, 0, 0, ts_ns]
            continue
        if event in (Event.SENT, Event.REJECTED, Event.BREACH, Event.RESTED):
            continue
        order = live[order_id]  # KeyError: an event of a dead order
        assert ts_ns >= order[3]
        if event == Event.MODIFIED:
            order[0] = lots + order[1]
        order[1] += lots if event == Event.FILLED else 0
        order[2] += lots if event in (Event.CANCELLED, Event.EXPIRED) else 0
        assert order[1] + order[2] <= order[0]
        if order[1] + order[2] == order[0]:
            del live[order_id]
    return {order_id: ordered - filled for order_id, (ordered, filled, _, _) in live.items()}


FAR_AWAY = Request(int(Action.NEW), 1, BASE + 5, 1, 0, int(TimeInForce.DAY), 0)
RULES = [
    VenueRules(int(policy), int(crossed), collar)
    for policy, crossed, collar in zip(
        SelfTrade, [*WhenCrossed, *WhenCrossed], (0, 1, 3, 20), strict=True
    )
]
LATENCIES = [(1, 1, 1), (3 * MS, 2 * MS, 2 * MS), (20 * MS, 9 * MS, 30 * MS)]


@pytest.mark.parametrize("rules", RULES, ids=lambda r: SelfTrade(r.self_trade).name.lower())
def test_streams_of_orders_of_every_type(rules):
    told = []
    for seed, latency in enumerate(LATENCIES):
        end_ns = START_NS + 90 * MS
        tape = random_tape(70 + seed + 10 * rules.self_trade, 900, halts=0.01, end_ns=end_ns)
        both = Both(tape, latency, rules)
        random = np.random.default_rng(seed)
        now, last = int(tape.ts_local_ns[both.row]), int(tape.ts_local_ns[-1])
        while now < last:
            now += int(random.integers(0, 3 * MS))
            both.until(now)
            both.compare()
            for _ in range(int(random.integers(0, 4))):
                middle = 100 + int(random.integers(-2, 3))
                both.send(now, *random_request(random, both.naive, middle))
            if 0 < end_ns - now < 40 * MS and random.random() < 0.3:
                both.send(now, -1, FAR_AWAY)  # so that something is left to expire
        both.until(now + 100 * MS)
        both.compare()
        orders = both.me["orders"]
        left = {int(o["order_id"]): int(o["leaves_lots"]) for o in orders if o["leaves_lots"] > 0}
        assert check_lives(both.paper.entries()) == left
        told += both.paper.entries()
    seen = {(Event(e[0]), Reason(e[1])) for e in told}
    assert {event for event, _ in seen} == set(Event) - {Event.BREACH}
    policy = (Event.FILLED, Reason.TAKEN), (Event.CANCELLED, Reason.IMMEDIATE_REST)
    assert set(policy) <= seen
    assert {Reason.TOO_LATE, Reason.EMPTY_SIDE, Reason.NOT_ENOUGH_LOTS} & {r for _, r in seen}
