"""A trading desk for hand-made cases: a tape of few rows, messages sent by hand, times in ms."""

import numpy as np

from hft_gym.book.index import BookIndex
from hft_gym.book.ladder import apply_rows
from hft_gym.market.account import clear_trader, learn
from hft_gym.market.columns import COLUMNS_DTYPE, book_records, columns_record
from hft_gym.market.exchange import advance, send
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.latencies.constant import constant_latency
from hft_gym.market.orders import opposite_touch, watch
from hft_gym.market.queues.fifo import Fifo
from hft_gym.market.records import TRADER_DTYPE, Action
from hft_gym.tape.rows import Kind
from tests.random_tapes import START_NS, TapeWriter

MS = 1_000_000
NO_FEES = PerLot(0.0, 0.0)


class Desk:
    """Best bid 100 x 5, best ask 103 x 5, 104 x 5, unless another book is given."""

    def __init__(self, entry_ms=0, response_ms=0, book=None, fees=NO_FEES):
        self.writer = TapeWriter()
        self.keys = {}
        for side, px, lots in book or [(1, 100, 5), (-1, 103, 5), (-1, 104, 5)]:
            self.keys[px] = self.writer.add(side, px, lots)
        self.writer.send(START_NS)
        latency = constant_latency(entry_ms * MS, response_ms * MS)
        self.models = MarketModels(latency, Fifo(), fees)
        self.traders = np.zeros(1, TRADER_DTYPE)
        self.consumed, self.ladders = np.zeros((2, 1, 200), np.int32)
        self.book = book_records(self.consumed, self.ladders, base_ticks=50)[0]
        clear_trader(self.traders[0], 0, 203)
        watch(self.traders[0])
        self.ids = 0

    @property
    def me(self):
        return self.traders[0]

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

    def say(self, action, slot, at_ms, side=1, px=0, lots=0, *, post_only=False, order_id=None):
        """Send a message at a local time; returns the order's id."""
        self.run(at_ms)
        if action == Action.NEW:
            self.ids += 1
        message = self.me["messages"][self._send(at_ms, action, lots)]
        message["action"], message["slot"], message["side"] = action, slot, side
        message["px_ticks"], message["lots"], message["post_only"] = px, lots, post_only
        message["order_id"] = self.ids if order_id is None else order_id
        message["filled_lots"] = 0
        return message["order_id"]

    def _send(self, at_ms, action, lots):
        now_ns = START_NS + int(at_ms * MS)
        return send(self.models, self.columns[0], self.me, now_ns, action, lots)

    def new(self, slot, at_ms, side, px, lots=1, *, post_only=False):
        return self.say(Action.NEW, slot, at_ms, side, px, lots, post_only=post_only)

    def run(self, until_ms):
        """Live until a local time; what has come back by then is known."""
        tape = self.writer.tape()
        now = START_NS + int(until_ms * MS)
        stop = int(np.searchsorted(tape.ts_exchange_ns, now, side="right"))
        self.tape, self.index = tape, BookIndex.of(tape, 50, 100)
        self.columns = np.array([columns_record(tape, self.index)], COLUMNS_DTYPE)
        advance(self.models, self.columns[0], self.book, self.me, stop, now)
        learn(self.me, now)
