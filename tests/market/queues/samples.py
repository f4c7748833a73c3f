"""What tests of queue models share: the same market with single orders and with levels only."""

import numpy as np
import pytest

from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import MarketModels, share_behind
from hft_gym.market.latencies.constant import constant_latency
from hft_gym.market.levels import level_moved, stand_behind
from hft_gym.market.queues.log import Log
from hft_gym.market.queues.log2 import Log2
from hft_gym.market.queues.power import Power
from hft_gym.market.queues.power2 import Power2
from hft_gym.market.queues.power3 import Power3
from hft_gym.market.queues.risk_averse import RiskAverse
from hft_gym.market.records import ORDER_DTYPE
from hft_gym.tape.rows import Flag, Kind
from tests.market.compiling import COMPILED
from tests.market.desk import NO_FEES, Desk
from tests.naive.queues import share_behind as naive_share_behind
from tests.random_tapes import START_NS, TapeWriter

BY_LEVEL = [RiskAverse(), Power(2.0), Power(0.5), Power2(2.0), Power3(3.0), Log(), Log2()]
# one exchange is compiled; with the compiler off all of them are tried
AT_HAND = [Power(2.0), Power(0.5)] if COMPILED else BY_LEVEL


@kernel
def _follow(models, orders, levels):
    stand_behind(orders[0], levels[0])
    for k in range(1, levels.size):
        level_moved(models, orders[0], levels[k])


def front_after(queue, first, levels):
    """Lots before an order that came behind `first` of them, after the level moved on."""
    orders = np.zeros(1, ORDER_DTYPE)
    models = MarketModels(constant_latency(0, 0), queue, NO_FEES)
    _follow(models, orders, np.array([first, *levels]))
    front = float(orders["front_lots"][0])
    assert orders["ahead_lots"][0] == np.ceil(front)
    return front


@kernel
def _shares(model, front_lots, back_lots, out):
    for k in range(out.size):
        out[k] = share_behind(model, front_lots[k], back_lots[k])


def check_share_behind(model):
    """Its share behind is that of the formula, and a share."""
    random = np.random.default_rng(1)
    front, back = random.random(50) * 30, random.random(50) * 30
    front[0], back[1] = 0.0, 0.0
    found = np.empty(50)
    _shares(model, front, back, found)
    pairs = zip(front.tolist(), back.tolist(), strict=True)
    assert found.tolist() == pytest.approx([naive_share_behind(model, f, b) for f, b in pairs])
    assert (found >= 0).all()
    assert (found <= 1).all()


def name_of(model):
    return str(model)


def desk(queue, **more):
    """A desk with another queue model; latency 0."""
    made = Desk(**more)
    made.models = MarketModels(constant_latency(0, 0), queue, NO_FEES)
    return made


def in_levels(tape):
    """A writer of the same market as a feed of levels tells it, packet by packet."""
    writer, shown, lots_of, changed = TapeWriter(), {}, {}, set()
    names = ("ts_exchange_ns", "kind", "side", "px_ticks", "lots", "queue_key", "flags")
    rows = zip(*(getattr(tape, n).tolist() for n in names), strict=True)
    for row, (ts_ns, kind, side, px, lots, key, flags) in enumerate(rows):
        kept = flags & ~int(Flag.LAST)
        if kind == Kind.ADD:
            lots_of[row] = [side, px, lots]
            changed.add((side, px))
        elif kind == Kind.REDUCE:
            lots_of[key][2] -= lots
            changed.add((side, px))
        elif kind == Kind.TRADE:
            writer.row(Kind.TRADE, side, px, lots, -1, kept)
        elif kind == Kind.CLEAR:
            writer.row(Kind.CLEAR, 0, 0, 0)
            lots_of, shown = {}, {}
        if flags & Flag.LAST:
            for level in sorted(changed):
                total = sum(o[2] for o in lots_of.values() if tuple(o[:2]) == level)
                if total != shown.get(level, 0):
                    writer.row(Kind.LEVEL, *level, total, -1, kept & int(Flag.SNAPSHOT))
                shown[level] = total
            changed = set()
            if writer._packet:
                writer.send(ts_ns)
    return writer


def start(tape):
    """First time at which an order may come: the book stands."""
    return int(tape.ts_exchange_ns[60] - START_NS) / 1e6


def fills_of(queue, tape, arrivals, until_ms):
    """[(time, price, lots)] of our orders (at_ms, side, px, lots) on a tape."""
    made = desk(queue, sizes=(32, 64, 256))
    made.writer = Whole(tape)
    found, before = [], {}
    for slot, (at_ms, side, px, lots) in enumerate(arrivals):
        made.new(slot, at_ms, side, px, lots, post_only=True)
    for at_ms in np.arange(arrivals[-1][0], until_ms, 0.5):
        made.run(float(at_ms))
        for slot in range(len(arrivals)):
            filled = int(made.order(slot)["filled_lots"])
            if filled != before.get(slot, 0):
                found.append((float(at_ms), slot, filled - before.get(slot, 0)))
                before[slot] = filled
    return found, made


class Whole:
    """A tape that is whole already, where a desk wants a writer."""

    def __init__(self, tape):
        self._tape = tape

    def tape(self, session=None):
        return self._tape
