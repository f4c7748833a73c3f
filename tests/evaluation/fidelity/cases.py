"""Hand-made markets in which what becomes of an order is known."""

from hft_gym.evaluation.fidelity.lives import Fate, find_lives
from hft_gym.evaluation.fidelity.shadows import ShadowExchange
from hft_gym.market.queues.fifo import Fifo
from hft_gym.tape.rows import Flag, Kind
from tests.random_tapes import START_NS, TapeWriter

MS = 1_000_000
FIFO = Fifo()


class Market:
    """Best bid 100 x 5, best ask 103 x 5, of a snapshot; a packet every millisecond."""

    def __init__(self):
        self.writer = TapeWriter()
        self.now_ms = 0
        self.bid = self.writer.add(1, 100, 5, Flag.SNAPSHOT)
        self.ask = self.writer.add(-1, 103, 5, Flag.SNAPSHOT)
        self.send()

    def send(self):
        """End the packet; its time in ms."""
        self.now_ms += 1
        self.writer.send(START_NS + self.now_ms * MS)
        return self.now_ms

    def add(self, side, px, lots):
        key = self.writer.add(side, px, lots)
        self.send()
        return key

    def reduce(self, side, px, lots, key):
        self.writer.row(Kind.REDUCE, side, px, lots, key)
        return self.send()

    def trade(self, px, lots, fills=(), gone=(), side=-1, fill_side=None):
        """An aggressor prints; `fills` and `gone`: (key, lots) of orders at the price."""
        fill_side = fill_side or -side
        self.writer.row(Kind.TRADE, side, px, lots)
        for key, traded in fills:
            self.writer.row(Kind.FILL, fill_side, px, traded, key)
        for key, left in gone:
            self.writer.row(Kind.REDUCE, fill_side, px, left, key)
        return self.send()

    def judged(self, queue=FIFO, **wishes):
        """The tape, its lives and what became of ours."""
        tape = self.writer.tape()
        lives = find_lives(tape, **wishes)
        return tape, lives, ShadowExchange(tape, lives).shadows(queue)


def at(now_ms):
    return START_NS + now_ms * MS


def filled_in_turn():
    """Two lots behind five; seven trade."""
    market = Market()
    key = market.add(1, 100, 2)
    market.trade(100, 7, [(market.bid, 5), (key, 2)], [(market.bid, 5), (key, 2)])
    return market


def filled_bit_by_bit():
    """One lot of three, then, a lot having been taken back, the last."""
    market = Market()
    key = market.add(1, 100, 3)
    market.trade(100, 6, [(market.bid, 5), (key, 1)], [(market.bid, 5), (key, 1)])
    market.reduce(1, 100, 1, key)
    market.trade(100, 1, [(key, 1)], [(key, 1)])
    return market


def moved():
    """An order that changes its price: one life ends, another begins and is filled."""
    market = Market()
    key = market.add(1, 100, 1)
    market.writer.row(Kind.REDUCE, 1, 100, 1, key)
    again = market.writer.add(1, 101, 1)
    market.send()
    market.trade(101, 1, [(again, 1)], [(again, 1)])
    return market


def made_a_taker():
    """Its owner moves it into the other side: its fill is that of an aggressor."""
    market = Market()
    key = market.add(1, 100, 1)
    market.writer.row(Kind.TRADE, 1, 103, 1)
    market.writer.row(Kind.FILL, 1, 103, 1, key)
    market.writer.row(Kind.FILL, -1, 103, 1, market.ask)
    market.writer.row(Kind.REDUCE, 1, 100, 1, key)
    market.writer.row(Kind.REDUCE, -1, 103, 1, market.ask)
    market.send()
    return market


def self_match():
    """The aggressor's own order stands first: the venue takes it away, the next one trades."""
    market = Market()
    first, second = market.add(1, 101, 1), market.add(1, 101, 1)
    market.trade(101, 1, [(second, 1)], [(second, 1), (first, 1)])
    return market


def self_match_in_part():
    """The order that stands first is filled in part; what is left of it is taken away."""
    market = Market()
    first, second = market.add(1, 101, 2), market.add(1, 101, 1)
    market.trade(101, 2, [(first, 1), (second, 1)], [(first, 2), (second, 1)])
    return market


def self_match_at_rest():
    """A newcomer meets nobody but its owner: he comes to rest where the other order stood."""
    market = Market()
    key = market.add(-1, 102, 1)
    market.writer.add(1, 102, 1)
    market.writer.row(Kind.REDUCE, -1, 102, 1, key)
    market.send()
    return market


def iceberg():
    """More trades of an order than it showed, before the next one has its turn."""
    market = Market()
    first, second = market.add(1, 101, 2), market.add(1, 101, 1)
    market.trade(101, 4, [(first, 4)], [(first, 2)])
    market.reduce(1, 101, 1, second)
    return market


def auction():
    """A print without aggressor."""
    market = Market()
    key = market.add(1, 101, 1)
    market.trade(101, 1, [(key, 1)], [(key, 1)], side=0, fill_side=1)
    return market


def implied():
    """A fill without a print at its price: the other leg of a spread."""
    market = Market()
    key = market.add(1, 101, 1)
    market.writer.row(Kind.FILL, 1, 101, 1, key)
    market.writer.row(Kind.REDUCE, 1, 101, 1, key)
    market.send()
    return market


def out_of_turn():
    """The second is served, the first goes on resting."""
    market = Market()
    first, second = market.add(1, 101, 1), market.add(1, 101, 1)
    market.trade(101, 1, [(second, 1)], [(second, 1)])
    market.reduce(1, 101, 1, first)
    return market


def traded_through():
    """A worse price is served."""
    market = Market()
    key = market.add(1, 101, 1)
    market.trade(100, 1, [(market.bid, 1)], [(market.bid, 1)])
    market.reduce(1, 101, 1, key)
    return market


def locked():
    """A newcomer rests at the very price of the other side, and nobody trades."""
    market = Market()
    key = market.add(1, 101, 1)
    market.add(-1, 101, 1)
    market.reduce(1, 101, 1, key)
    return market


# name: market, fates of its lives, filled lots of the real orders, of ours, causes
CASES = {
    "in turn": (filled_in_turn, [Fate.FILLED], [2], [2], {}),
    "bit by bit": (filled_bit_by_bit, [Fate.FILLED], [2], [2], {}),
    "moved": (moved, [Fate.WITHDRAWN, Fate.FILLED], [0, 1], [0, 1], {}),
    "taker": (made_a_taker, [Fate.WITHDRAWN], [0], [0], {}),
    "self match": (self_match, [Fate.SELF_MATCH, Fate.FILLED], [0, 1], [0, 1], {}),
    "self match at rest": (self_match_at_rest, [Fate.SELF_MATCH], [0], [0], {}),
    "self match in part": (
        self_match_in_part, [Fate.SELF_MATCH, Fate.FILLED], [0, 1], [0, 0],
        {"self-match ahead": 1},
    ),
    "iceberg": (iceberg, [Fate.FILLED, Fate.WITHDRAWN], [2, 0], [2, 1], {"iceberg": 1}),
    "auction": (auction, [Fate.FILLED], [1], [0], {"auction": 1}),
    "implied": (implied, [Fate.FILLED], [1], [0], {"implied or hidden": 1}),
    "out of turn": (
        out_of_turn, [Fate.WITHDRAWN, Fate.FILLED], [0, 1], [1, 0], {"out of turn": 2},
    ),
    "traded through": (traded_through, [Fate.WITHDRAWN], [0], [1], {"out of turn": 1}),
    "locked": (locked, [Fate.WITHDRAWN], [0], [1], {"unexplained": 1}),
}  # fmt: skip
