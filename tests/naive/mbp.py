"""A tape of level records with dicts, written from the rules alone.

What a tape shows is exactly the window of the last record. A record is read as a dict of side and
price; the rows are what has to be done to get there.
"""

from dataclasses import dataclass, field

from hft_gym.tape.rows import Kind

LAST, SNAPSHOT = 128, 32
MAX_LOTS = 2**31 - 1
UNDEF_PRICE = 2**63 - 1
SIDES = {ord("B"): 1, ord("A"): -1}


@dataclass
class NaiveLevels:
    """Feed it records; it tells the rows of each."""

    tick_e9: int
    shown: dict = field(default_factory=dict)  # (side, price in ticks) -> lots

    def rows(self, record):
        """Rows (kind, side, price in ticks, lots) of one record; the picture moves on."""
        action = chr(record["action"])
        if action not in "ACMTFRN":
            return []
        rows = []
        if action == "R":
            rows.append((Kind.CLEAR, 0, 0, 0))
            self.shown = {}
        window = self.window(record)
        for side in (1, -1):
            new = {px: lots for (s, px), lots in window.items() if s == side}
            old = {px: lots for (s, px), lots in self.shown.items() if s == side}
            best_first = sorted(new, reverse=side > 0)
            rows += [(Kind.LEVEL, side, px, new[px]) for px in best_first if old.get(px) != new[px]]
            gone = sorted(set(old) - set(new), reverse=side > 0)
            rows += [(Kind.LEVEL, side, px, 0) for px in gone]
        self.shown = window
        size, price = int(record["size"]), int(record["price"])
        if action in "TF" and 0 < size <= MAX_LOTS and price != UNDEF_PRICE:
            kind = Kind.TRADE if action == "T" else Kind.FILL
            px_ticks = (2 * price + self.tick_e9) // (2 * self.tick_e9)  # halves go up
            rows.append((kind, SIDES.get(int(record["side"]), 0), px_ticks, size))
        return rows

    def window(self, record):
        """Lots of each (side, price in ticks) that a record shows."""
        found = {}
        for level in record["by_level"]:
            for side, name in ((1, "bid"), (-1, "ask")):
                price, lots = int(level[f"{name}_e9"]), int(level[f"{name}_lots"])
                if price != UNDEF_PRICE and 0 < lots <= MAX_LOTS:
                    px_ticks, rest = divmod(price, self.tick_e9)
                    assert rest == 0
                    found[side, px_ticks] = lots
        return found

    def is_crossed(self):
        """Whether the best bid is at or above the best ask."""
        bids = [px for side, px in self.shown if side > 0]
        asks = [px for side, px in self.shown if side < 0]
        return bool(bids and asks) and max(bids) >= min(asks)

    def packets(self, records):
        """Rows, whether crossed, whether live and capture time, after each packet with rows."""
        rows, in_snapshot, latest_ns, end = [], False, 0, None
        for record in records:
            snapshot = bool(record["flags"] & SNAPSHOT)
            if in_snapshot and not snapshot and rows:
                yield rows, *end
                rows = []
            in_snapshot = snapshot
            latest_ns = max(latest_ns, int(record["ts_recv"]))
            new = self.rows(record)
            rows = rows + new
            if new:
                end = (self.is_crossed(), not snapshot, latest_ns)
            elif rows:
                end = (self.is_crossed(), *end[1:])
            if record["flags"] & LAST and rows:
                yield rows, *end
                rows = []
        if rows:
            yield rows, *end
