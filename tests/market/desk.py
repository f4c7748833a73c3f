"""A trading desk for hand-made cases: a tape of few rows, messages sent by hand, times in ms."""

import numpy as np

from hft_gym.book.index import BookIndex
from hft_gym.book.ladder import apply_rows
from hft_gym.market.account import clear_trader, learn
from hft_gym.market.columns import COLUMNS_DTYPE, book_records, columns_record
from hft_gym.market.exchange import advance
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.records import Action, Reason, Request, trader_dtype
from hft_gym.market.sending import send
from hft_gym.market.sight import opposite_touch
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Kind
from tests.dbn_files import mbo
from tests.market.plugs import SIZES, Paper, Scattered, market
from tests.random_tapes import START_NS, TapeWriter
from tests.tape.resolving import resolved

MS = 1_000_000
NO_FEES = PerLot(0.0, 0.0)


class Desk:
    """Best bid 100 x 5, best ask 103 x 5, 104 x 5, unless another book is given."""

    def __init__(self, entry_ms=0, response_ms=0, book=None, fees=NO_FEES, **more):
        """`more`: `risk`, `rules`, `sizes` of the trader's record, and `end_ms` of the day."""
        self.writer = TapeWriter()
        self.writer.session = (START_NS, START_NS + more.pop("end_ms", 10**6) * MS)
        self.paper = Paper()
        self.keys = {}
        for side, px, lots in book or [(1, 100, 5), (-1, 103, 5), (-1, 104, 5)]:
            self.keys[px] = self.writer.add(side, px, lots)
        self.writer.send(START_NS)
        entry, response = Scattered(entry_ms * MS), Scattered(response_ms * MS)
        sizes = more.pop("sizes", SIZES)
        self.models = market(self.paper, (entry, entry, response), fees, **more)
        self.traders = np.zeros(1, trader_dtype(*sizes))
        self.consumed, self.ladders = np.zeros((2, 1, 200), np.int32)
        self.book = book_records(self.consumed, self.ladders, base_ticks=50)[0]
        clear_trader(self.traders[0], 0, 203)

    @property
    def me(self):
        return self.traders[0]

    @property
    def position(self):
        """Position and cash at the exchange."""
        return int(self.me["position_lots"]), int(self.me["cash_ticks"])

    def leaves(self, *slots):
        return [int(self.order(slot)["leaves_lots"]) for slot in slots]

    def told(self, *events):
        """(reason, price, lots) of the journal's entries of some kinds."""
        return [
            (Reason(e[1]), e[5], e[6]) for e in self.paper.entries() if not events or e[0] in events
        ]

    def touch(self, side, px):
        """The price at which an order would take, in the book as it stands."""
        self.book["high_place"] = 0
        return opposite_touch(self.columns[0], self.book, self.me["row"], side, px)

    def displayed(self):
        """The ladder as it stands."""
        ladder = np.zeros(200, np.int32)
        columns = (self.tape.kind, self.tape.side, self.tape.px_ticks, self.tape.lots)
        apply_rows(ladder, 50, *columns, (0, int(self.me["row"])))
        return ladder

    def order(self, slot):
        return self.me["orders"][slot]

    def answers(self):
        """Reasons of the answers under way."""
        head, count = self.me["response_head"], self.me["response_count"]
        return [int(self.me["responses"][head + k]["reason"]) for k in range(count)]

    def trade(self, at_ms, px, lots, resting=(), aggressor=-1):
        """An aggressor trades `lots` at `px`; `resting`: (key, lots) that leave the book."""
        self.writer.row(Kind.TRADE, aggressor, px, lots)
        for key, gone in resting:
            self.writer.row(Kind.FILL, -aggressor, px, gone, key)
        for key, gone in resting:
            self.writer.row(Kind.REDUCE, -aggressor, px, gone, key)
        self.writer.send(START_NS + int(at_ms * MS))

    def reduce(self, at_ms, side, px, lots, key):
        self.writer.row(Kind.REDUCE, side, px, lots, key)
        self.writer.send(START_NS + int(at_ms * MS))

    def add(self, at_ms, side, px, lots):
        key = self.writer.add(side, px, lots)
        self.writer.send(START_NS + int(at_ms * MS))
        return key

    def say(self, action, slot, at_ms, side=1, px=0, lots=0, *, order_id=None, **more):
        """Send a message at a local time; returns the order's id, or minus why it was not sent."""
        self.run(at_ms)
        request = Request(int(action), side, px, lots, **{k: int(v) for k, v in more.items()})
        now_ns = START_NS + int(at_ms * MS)
        sent = send(self.models, self.columns[0], self.me, now_ns, slot, request)
        if sent < 0:
            return sent
        last = (self.me["message_head"] + self.me["message_count"] - 1) % len(self.me["messages"])
        if order_id is not None:
            self.me["messages"][last]["order_id"] = order_id
        return int(self.me["messages"][last]["order_id"])

    def new(self, slot, at_ms, side, px, lots=1, **more):
        """A new order; `more`: `order_type`, `time_in_force`, `post_only`."""
        return self.say(Action.NEW, slot, at_ms, side, px, lots, **more)

    def cancel(self, slot, at_ms):
        return self.say(Action.CANCEL, slot, at_ms)

    def modify(self, slot, at_ms, px, lots, **more):
        return self.say(Action.MODIFY, slot, at_ms, 0, px, lots, **more)

    def make_tape(self):
        return self.writer.tape()

    def run(self, until_ms):
        """Live until a local time; what has come back by then is known."""
        tape = self.make_tape()
        now = START_NS + int(until_ms * MS)
        stop = int(np.searchsorted(tape.ts_exchange_ns, now, side="right"))
        self.tape, self.index = tape, BookIndex.of(tape, 50, 100)
        self.columns = np.array([columns_record(tape, self.index)], COLUMNS_DTYPE)
        self.me["uncross_row"] = self.me["row"]  # the tape has grown since it was looked up
        advance(self.models, self.columns[0], self.book, self.me, stop, now)
        learn(self.me, now)


class DbnDesk(Desk):
    """A desk at a market that comes from DBN records: rows of (at_ms, *`mbo` without offset)."""

    def __init__(self, folder, *rows, **more):
        super().__init__(**more)
        records = mbo(*((*row, int(at * MS)) for at, *row in rows), start_ns=START_NS)
        self.columns_of_tape, self.resolver, _ = resolved(records, folder)

    def make_tape(self):
        blank = super().make_tape()
        return MarketTape(blank.path, self.columns_of_tape, blank.meta)
