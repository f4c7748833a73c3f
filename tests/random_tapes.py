"""Random tapes with a consistent book and every oddity that a venue may send."""

from pathlib import Path

import numpy as np

from hft_gym.tape.instrument import Instrument
from hft_gym.tape.market_tape import MarketTape, TapeMeta
from hft_gym.tape.rows import COLUMNS, Flag, Kind

START_NS = 1_700_000_000_000_000_000
INSTRUMENT = Instrument("TEST", 1, "TEST.SET", 250_000_000, 50.0)


class TapeWriter:
    """Collects rows; each packet has one local time and ends with `Flag.LAST`."""

    def __init__(self) -> None:
        self.rows: list[tuple] = []
        self.ts_exchange_ns = START_NS
        self.ts_local_ns = START_NS
        self._packet: list[tuple] = []
        self.session: tuple[int, int] | None = None  # ns from and until which it lasts

    def row(self, kind, side, px_ticks, lots, queue_key=-1, flags=0) -> int:
        """Add a row to the packet and return its number."""
        self._packet.append((kind, side, px_ticks, lots, queue_key, flags))
        return len(self.rows) + len(self._packet) - 1

    def add(self, side, px_ticks, lots, flags=0) -> int:
        """An order comes to rest; its row number is its queue key."""
        number = len(self.rows) + len(self._packet)
        return self.row(Kind.ADD, side, px_ticks, lots, number, flags)

    def send(self, ts_exchange_ns: int, delay_ns: int = 0, all_flags: int = 0) -> None:
        """End the packet; `all_flags` on each of its rows."""
        self.ts_exchange_ns = max(self.ts_exchange_ns, ts_exchange_ns)
        self.ts_local_ns = max(self.ts_local_ns, self.ts_exchange_ns + delay_ns)
        for k, (kind, side, px, lots, key, flags) in enumerate(self._packet):
            last = all_flags | (Flag.LAST if k == len(self._packet) - 1 else 0)
            times = (self.ts_exchange_ns, self.ts_local_ns)
            self.rows.append((*times, kind, side, px, lots, key, flags | last))
        self._packet = []

    def tape(self, session: tuple[int, int] | None = None) -> MarketTape:
        """A tape in memory."""
        columns = {
            name: np.array([row[k] for row in self.rows], dtype)
            for k, (name, dtype) in enumerate(COLUMNS.items())
        }
        px = columns["px_ticks"][np.isin(columns["kind"], (Kind.ADD, Kind.LEVEL))]
        start, end = session or self.session or (START_NS, int(columns["ts_local_ns"][-1]) + 1)
        meta = TapeMeta(
            INSTRUMENT, "2023-11-14", "test", "", {}, {}, start, end, int(px.min()), int(px.max())
        )
        return MarketTape(Path("in memory"), columns, meta)


class RandomMarket:
    """A small market of random orders with a real FIFO book."""

    def __init__(self, seed: int, levels: int = 6, middle: int = 100, halts: float = 0.0) -> None:
        self.halts = halts  # share of packets after which trading stops for a while
        self.is_halted = False
        self.random = np.random.default_rng(seed)
        self.owners = np.random.default_rng([seed, 1])
        self.levels = levels
        self.middle = middle
        self.writer = TapeWriter()
        self.orders: dict[int, list[int]] = {}  # key -> [side, px, lots]
        self.now = START_NS

    def touch(self, side: int) -> int | None:
        """Best price of a side."""
        prices = [px for s, px, _ in self.orders.values() if s == side]
        return (max(prices) if side > 0 else min(prices)) if prices else None

    def _add(self) -> None:
        side = int(self.random.choice([1, -1]))
        other = self.touch(-side)
        px = self.middle - side * int(self.random.integers(0, self.levels))
        if other is not None and side * (other - px) <= 0 and not self.is_halted:
            px = other - side
        lots = int(self.random.integers(1, 8))
        self.orders[self.writer.add(side, px, lots)] = [side, px, lots]

    def _reduce(self, key: int, lots: int) -> None:
        side, px, left = self.orders[key]
        self.writer.row(Kind.REDUCE, side, px, lots, key)
        if lots == left:
            del self.orders[key]
        else:
            self.orders[key][2] -= lots

    def _cancel(self) -> None:
        if self.orders:
            key = int(self.random.choice(list(self.orders)))
            left = self.orders[key][2]
            whole = self.random.random() < 0.7
            self._reduce(key, left if whole else int(self.random.integers(1, left + 1)))

    def _trade(self) -> None:
        aggressor = int(self.random.choice([1, -1]))
        lots = int(self.random.integers(1, 16))
        fills = []
        while lots > 0 and (px := self.touch(-aggressor)) is not None:
            keys = sorted(k for k, o in self.orders.items() if o[0] == -aggressor and o[1] == px)
            # the aggressor's own orders are passed over and taken away
            own = [k for k in keys[1:] if self.owners.random() < 0.1]
            if own and self.owners.random() < 0.5:
                own[0] = keys[0]
            at_px = 0
            for key in (k for k in keys if k not in own):
                traded = min(lots - at_px, self.orders[key][2])
                if traded > 0:
                    fills.append((key, traded))
                    at_px += traded
            hidden = int(self.random.random() < 0.1) * 3  # against lots that nobody saw
            self.writer.row(Kind.TRADE, aggressor, px, at_px + hidden)
            for key, traded in fills:
                self.writer.row(Kind.FILL, -aggressor, px, traded, key)
            gone = [*fills, *((key, self.orders[key][2]) for key in own)]
            for place in self.owners.permutation(len(gone)):
                self._reduce(*gone[place])
            fills = []
            lots -= at_px
            if at_px == 0:
                break

    def _odd(self) -> None:
        kind = self.random.integers(0, 4)
        px = self.middle + int(self.random.integers(-3, 4))
        if kind == 0:
            self.writer.row(Kind.TRADE, 0, px, 5)  # an auction or a hidden order
        elif kind == 1:
            self.writer.row(Kind.FILL, 1, px, 2, -1)
        elif kind == 2:
            self.writer.row(Kind.TRADE, int(self.random.choice([1, -1])), px, 4, -1, Flag.CROSSED)
        else:
            self.writer.row(Kind.CLEAR, 0, 0, 0)
            old = [self.orders[key] for key in sorted(self.orders)]
            self.orders = {}
            for side, px_old, lots in old:
                key = self.writer.add(side, px_old, lots, Flag.SNAPSHOT)
                self.orders[key] = [side, px_old, lots]

    def packet(self) -> None:
        """One random exchange action."""
        if self.random.random() < 0.02:
            self.middle += int(self.random.choice([1, -1]))
        draw = self.random.random()
        if draw < 0.5:
            self._add()
        elif draw < 0.8:
            self._cancel()
        elif draw < 0.985:
            self._trade()
        else:
            self._odd()
        if self.random.random() < 0.8:
            self.now += int(self.random.integers(0, 400_000))
        if self.is_halted and self.random.random() < 0.1:
            self._resume()
        elif not self.is_halted:
            self.is_halted = self.random.random() < self.halts
        crossed = Flag.CROSSED if self._is_crossed() else Flag.HALTED
        flags = crossed if self.is_halted else 0
        self.writer.send(self.now, int(self.random.integers(0, 200_000)), flags)

    def _is_crossed(self) -> bool:
        bid, ask = self.touch(1), self.touch(-1)
        return bid is not None and ask is not None and bid >= ask

    def _resume(self) -> None:
        """Orders that cross leave the book, and trading goes on."""
        while self._is_crossed():
            side = int(self.random.choice([1, -1]))
            best = self.touch(side)
            key = next(k for k, o in self.orders.items() if o[0] == side and o[1] == best)
            self._reduce(key, self.orders[key][2])
        self.is_halted = False


def tape_rows(tape: MarketTape) -> list[tuple]:
    """What a naive exchange reads of a tape."""
    names = ("ts_exchange_ns", "kind", "side", "px_ticks", "lots", "queue_key", "flags")
    return list(zip(*(getattr(tape, n).tolist() for n in names), strict=True))


def random_tape(
    seed: int, packets: int = 3000, halts: float = 0.0, end_ns: int | None = None
) -> MarketTape:
    """A tape of a random market; `end_ns` of its session."""
    market = RandomMarket(seed, halts=halts)
    for _ in range(40):
        market._add()
        market.writer.send(market.now)
    for _ in range(packets):
        market.packet()
    return market.writer.tape(None if end_ns is None else (START_NS, end_ns))
