"""Small markets and strategies for the tests of backtests; times in ms after the start."""

import functools

import numpy as np

from hft_gym.backtest.desk import PythonStrategy
from hft_gym.backtest.ground import Ground
from hft_gym.backtest.run import MODELS, backtest
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.latencies.constant import constant_latency
from hft_gym.tape.rows import Kind
from tests.random_tapes import START_NS, RandomMarket, TapeWriter, random_tape

MS = 1_000_000
ORDERS = 4  # the size that environments have: the exchange is compiled once for both
SMALL = {"orders": ORDERS, "journal": False}
FREE = MODELS._replace(fees=PerLot(0.0, 0.0))


def at(ms):
    """Local time in ns."""
    return START_NS + round(ms * MS)


def models(entry_ms=0.25, response_ms=0.25, feed_ms=0.05):
    latency = constant_latency(*(round(ms * MS) for ms in (entry_ms, response_ms, feed_ms)))
    return FREE._replace(latency=latency)


class Market:
    """Best bid 100 x 5, best ask 103 x 5, 104 x 5 from 0 ms on; what follows is told by hand."""

    def __init__(self):
        self.writer = TapeWriter()
        for side, px, lots in [(1, 100, 5), (-1, 103, 5), (-1, 104, 5)]:
            self.writer.add(side, px, lots)
        self.writer.send(START_NS)

    def trade(self, ms, px, lots, aggressor=-1):
        self.writer.row(Kind.TRADE, aggressor, px, lots)
        self.writer.send(at(ms))

    def add(self, ms, side, px, lots, delay_ms=0):
        self.writer.add(side, px, lots)
        self.writer.send(at(ms), round(delay_ms * MS))

    def tape(self, end_ms):
        return self.writer.tape((START_NS, at(end_ms)))


class Script(PythonStrategy):
    """Does what it is told at given times and writes down what it hears, in ms after the start."""

    def __init__(self, acts, tick_ms=1.0):
        self.acts = dict(acts)
        self.timer_ns = round(tick_ms * MS)
        self.fills = []
        self.answers = []
        self.touches = []

    def on_timer(self, desk, now_ns):
        ms = (now_ns - START_NS) / MS
        self.touches.append((ms, *desk.touch))
        if ms in self.acts:
            self.acts[ms](desk)

    def on_fill(self, desk, answer):
        ms = (desk.now_ns - START_NS) / MS
        self.fills.append((ms, int(answer["position_lots"]), desk.position_lots))

    def on_order(self, desk, answer):
        self.answers.append(((desk.now_ns - START_NS) / MS, int(answer["reason"])))


def run(market, strategy, end_ms, chosen=None, **kwargs):
    chosen = models() if chosen is None else chosen
    return backtest(market.tape(end_ms), strategy, models=chosen, **{**SMALL, **kwargs})


@functools.cache
def random_ground(seed=3, packets=400):
    return Ground.of(random_tape(seed, packets), MODELS.latency.feed)


def forked_tapes(seed=5, before=300, after=150):
    """Two tapes that are one up to a row, and that row."""
    tapes = []
    for other in (1, 2):
        market = RandomMarket(seed)
        for _ in range(40):
            market._add()
            market.writer.send(market.now)
        for _ in range(before):
            market.packet()
        row = len(market.writer.rows)
        market.random = np.random.default_rng(other)
        for _ in range(after):
            market.packet()
        tapes.append(market.writer.tape())
    return tapes, row
