"""LOBSTER pairs for tests: by hand, or of a random market that is seen through some levels."""

import numpy as np

STEM = "ABC_2024-03-08_34200000_57600000"
NEW, DECREASE, DELETION, EXECUTION, HIDDEN, CROSS, HALT = range(1, 8)


def row(asks, bids, levels=2):
    """Order book row of (cents, lots) pairs, best first."""
    fields = []
    for level in range(levels):
        ask, ask_lots = asks[level] if level < len(asks) else (99_999_999.99, 0)
        bid, bid_lots = bids[level] if level < len(bids) else (-99_999_999.99, 0)
        fields += [round(ask * 100), ask_lots, round(bid * 100), bid_lots]
    return fields


def write_pair(folder, messages, rows, stem=STEM, header=False):
    """Write (seconds, kind, id, lots, cents, direction) messages and rows; the message file."""
    levels = len(rows[0]) // 4 if rows else 1
    message = folder / f"{stem}_message_{levels}.csv"
    lines = ["Time,Type,OrderId,Size,Price,Direction"] * header
    for seconds, kind, order_id, lots, cents, side in messages:
        price = cents if kind == HALT else round(cents * 100)
        lines.append(f"{seconds},{kind},{order_id},{lots},{price},{side}")
    message.write_text("".join(line + "\n" for line in lines))
    lines = [",".join(f"c{k}" for k in range(4 * levels))] * header
    lines += [",".join(map(str, fields)) for fields in rows]
    book = folder / f"{stem}_orderbook_{levels}.csv"
    book.write_text("".join(line + "\n" for line in lines))
    return message


class RandomMarket:
    """Orders around 100 cents; `events` are what LOBSTER would write for so many levels.

    Attributes:
        orders: id -> [side, cents, lots], in order of arrival.
    """

    def __init__(self, seed, levels):
        self.rng = np.random.default_rng(seed)
        self.levels = levels
        self.orders = {}
        self.next_id = 1
        for away in range(1, 7):  # one order a level, resting before the first message
            self._enter(1, 100 - away, int(self.rng.integers(1, 9)))
            self._enter(-1, 100 + away, int(self.rng.integers(1, 9)))

    def _enter(self, side, cents, lots):
        self.next_id += 1
        self.orders[self.next_id] = [side, cents, lots]
        return self.next_id

    def queues(self):
        """(side, cents) -> lots of each order, front first."""
        found = {}
        for side, cents, lots in self.orders.values():
            found.setdefault((side, cents), []).append(lots)
        return found

    def row(self):
        totals = {level: sum(queue) for level, queue in self.queues().items()}
        asks = sorted((c, n) for (s, c), n in totals.items() if s < 0)
        bids = sorted(((c, n) for (s, c), n in totals.items() if s > 0), reverse=True)
        return row(asks, bids, self.levels)

    def step(self):
        """One event: (kind, id, lots, cents, direction)."""
        rng = self.rng
        bids = [c for s, c, _ in self.orders.values() if s > 0]
        asks = [c for s, c, _ in self.orders.values() if s < 0]
        best = {1: max(bids, default=90), -1: min(asks, default=110)}
        draw, side = rng.random(), int(rng.choice([-1, 1]))
        if draw < 0.45 or len(self.orders) < 8:
            limit = best[-side] - side if (bids and asks) else best[side]
            cents = limit - side * int(rng.integers(0, 9))
            lots = int(rng.integers(1, 9))
            return (NEW, self._enter(side, cents, lots), lots, cents, side)
        if draw < 0.6 and (best[side], side) in [(c, s) for s, c, _ in self.orders.values()]:
            front = next(i for i, o in self.orders.items() if o[:2] == [side, best[side]])
            return self._take(EXECUTION, front, int(rng.integers(1, 9)))
        order_id = int(rng.choice(list(self.orders)))
        lots = self.orders[order_id][2]
        if draw < 0.7 and lots > 1:
            return self._take(DECREASE, order_id, int(rng.integers(1, lots)))
        if draw < 0.73:
            return (HIDDEN, 0, 5, (best[1] + best[-1]) / 2, side)
        return self._take(DELETION, order_id, lots)

    def _take(self, kind, order_id, lots):
        side, cents, held = self.orders[order_id]
        lots = min(lots, held)
        self.orders[order_id][2] -= lots
        if lots == held:
            del self.orders[order_id]
        return (kind, order_id, lots, cents, side)

    def events(self, count):
        """(message, row, queues) of every event that shows in the file's levels."""
        before, found = self.row(), []
        while len(found) < count:
            event = self.step()
            now = self.row()
            if now != before or event[0] == HIDDEN:
                found.append(((34200 + len(found) / 1000, *event), now, self.queues()))
            before = now
        return found
