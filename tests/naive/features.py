"""The slow twin of `hft_gym.features`: each value anew from every row so far, with dicts and lists.

A sum that fades is written as what it is: each amount times 2 to the minus of its age in
half-lives.
"""

import itertools
import math
from dataclasses import dataclass, field

from hft_gym.tape.rows import Flag, Kind


@dataclass
class Packet:
    """The touch after a packet; None: one-sided, locked or crossed."""

    ts_local_ns: int
    touch: tuple[int, int, int, int] | None  # bid, bid lots, ask, ask lots
    is_snapshot: bool


@dataclass
class History:
    """All that is known at a decision."""

    book: dict = field(default_factory=dict)  # (side, price) -> lots
    packets: list[Packet] = field(default_factory=list)
    trades: list[tuple[int, int, int]] = field(default_factory=list)  # time, aggressor, lots

    def levels(self, side):
        """[(price, lots)] of a side, best first."""
        found = [(px, lots) for (s, px), lots in self.book.items() if s == side and lots > 0]
        return sorted(found, key=lambda level: -side * level[0])

    def touch(self):
        """Of the present book."""
        bids, asks = self.levels(1), self.levels(-1)
        if not bids or not asks or bids[0][0] >= asks[0][0]:
            return None
        return (*bids[0], *asks[0])

    def changes(self):
        """(time, touch before, touch after) of each packet of the market that had both."""
        for before, after in itertools.pairwise(self.packets):
            if before.touch and after.touch and not after.is_snapshot:
                yield after.ts_local_ns, before.touch, after.touch


def history(tape, stop):
    """What the rows before `stop` tell."""
    known = History()
    for row in range(stop):
        kind, side, flags = int(tape.kind[row]), int(tape.side[row]), int(tape.flags[row])
        px, lots, ts = int(tape.px_ticks[row]), int(tape.lots[row]), int(tape.ts_local_ns[row])
        if kind == Kind.ADD:
            known.book[side, px] = known.book.get((side, px), 0) + lots
        elif kind == Kind.REDUCE:
            known.book[side, px] -= lots
        elif kind == Kind.CLEAR:
            known.book.clear()
        elif kind == Kind.TRADE and side != 0:
            known.trades.append((ts, side, lots))
        if flags & Flag.LAST:
            known.packets.append(Packet(ts, known.touch(), bool(flags & Flag.SNAPSHOT)))
    return known


def faded(amounts, now_ns, half_life_s):
    """Sum of (time, amount), each half as much for every half-life that has passed."""
    return sum(a * 2.0 ** (-(now_ns - t) * 1e-9 / half_life_s) for t, a in amounts)


def order_flow(before, after):
    """e_n of Cont, Kukanov and Stoikov: what joined the bid less what joined the ask."""
    (bid0, bid_lots0, ask0, ask_lots0), (bid, bid_lots, ask, ask_lots) = before, after
    joined_bid = {1: bid_lots, 0: bid_lots - bid_lots0, -1: -bid_lots0}
    joined_ask = {-1: ask_lots, 0: ask_lots - ask_lots0, 1: -ask_lots0}
    return joined_bid[(bid > bid0) - (bid < bid0)] - joined_ask[(ask > ask0) - (ask < ask0)]


def mid(touch):
    """Of a touch, in ticks."""
    return (touch[0] + touch[2]) / 2


def spread(feature, known, now_ns):
    """Ticks beyond the smallest spread."""
    touch = known.touch()
    return (touch[2] - touch[0] - 1) / feature.scale_ticks if touch else 0.0


def imbalance(feature, known, now_ns):
    """Of the best levels that show lots."""
    if not known.touch():
        return 0.0
    bid, ask = (sum(n for _, n in known.levels(s)[: feature.levels]) for s in (1, -1))
    return (bid - ask) / (bid + ask)


def micro_price(feature, known, now_ns):
    """Each price weighted by the other side's size, from the mid."""
    touch = known.touch()
    if not touch:
        return 0.0
    bid, bid_lots, ask, ask_lots = touch
    weighted = (bid * ask_lots + ask * bid_lots) / (bid_lots + ask_lots)
    return (weighted - mid(touch)) / feature.scale_ticks


def order_flow_imbalance(feature, known, now_ns):
    """Faded sum of e_n."""
    flows = [(t, order_flow(before, after)) for t, before, after in known.changes()]
    return faded(flows, now_ns, feature.half_life_s) / feature.scale_lots


def trade_flow(feature, known, now_ns):
    """Faded sum of signed lots."""
    flows = [(t, side * lots) for t, side, lots in known.trades]
    return faded(flows, now_ns, feature.half_life_s) / feature.scale_lots


def momentum(feature, known, now_ns):
    """Faded sum of the mid's changes."""
    moves = [(t, mid(after) - mid(before)) for t, before, after in known.changes()]
    return faded(moves, now_ns, feature.half_life_s) / feature.scale_ticks


def volatility(feature, known, now_ns):
    """Root of the faded sum of squares over the time it averages: half-life / ln 2."""
    squares = [(t, (mid(after) - mid(before)) ** 2) for t, before, after in known.changes()]
    a_second = faded(squares, now_ns, feature.half_life_s) * math.log(2.0) / feature.half_life_s
    return math.sqrt(a_second) / feature.scale_ticks


TWINS = {
    "Spread": spread,
    "Imbalance": imbalance,
    "MicroPrice": micro_price,
    "OrderFlowImbalance": order_flow_imbalance,
    "TradeFlow": trade_flow,
    "Momentum": momentum,
    "Volatility": volatility,
}


def market_features(tape, features, decisions):
    """`[decisions, features]` as lists, and the touch at each decision (None: not tradable)."""
    values, touches = [], []
    for decision in decisions:
        known = history(tape, int(decision["row"]))
        now_ns = int(decision["ts_local_ns"])
        values.append([TWINS[type(f).__name__](f, known, now_ns) for f in features])
        touches.append(known.touch())
    return values, touches
