"""The slow twins of the queue models, from the formulas and from whole lists of orders."""

import math
from dataclasses import dataclass


def share_behind(model, front, back):
    """P(a cancelled lot stood behind us)."""
    name, n = type(model).__name__, getattr(model, "n", None)
    if name == "RiskAverse":
        return 1.0
    if name == "Power":
        return back**n / (back**n + front**n)
    if name == "Power2":
        return back**n / (back + front) ** n
    if name == "Power3":
        return 1 - (front / (front + back)) ** n
    if name == "Log":
        return math.log(1 + back) / (math.log(1 + back) + math.log(1 + front))
    return math.log(1 + back) / math.log(1 + back + front)


@dataclass
class NaiveLevelOrder:
    """An order of ours on a feed of levels: (traded at our price) and (the level is now)."""

    model: tuple
    leaves: int
    level: int
    front: float = 0.0
    cum: int = 0

    def __post_init__(self):
        self.front = float(self.level)

    def trade(self, lots):
        """Lots of ours that fill."""
        self.front -= lots
        self.cum += lots
        ours = min(math.floor(-self.front + 0.5), lots, self.leaves)
        if ours <= 0:
            return 0
        self.front = 0.0
        self.leaves -= ours
        return ours

    def level_is(self, new):
        """The feed tells what the level shows now."""
        change = self.level - new - self.cum
        if change >= 0:
            back = self.level - self.front
            behind = 1.0
            if self.level > 0:
                behind = share_behind(self.model, max(self.front, 0.0), max(back, 0.0))
            self.front += -(1 - behind) * change + min(back - behind * change, 0)
        self.front = min(self.front, new)
        self.level, self.cum = new, 0


def allocate(lots, orders, model, top=None, lead=()):
    """Lots of each resting order when `lots` trade, as CME Globex gives them out.

    `orders` are sizes in order of time; `top` is the place of the TOP order and `lead` those of
    lead market makers, if there are any. Leveling is left out.
    """
    if lots >= sum(orders):
        return list(orders)
    got = [0] * len(orders)

    def give(k, n):
        n = min(n, orders[k] - got[k])
        got[k] += n
        return n

    left = lots
    if top is not None and orders[top] >= model.top_min_lots:
        left -= give(top, min(left, model.top_max_lots))
    for_lead = int(left * model.lead_share)
    for k in lead:
        n = give(k, for_lead)
        for_lead, left = for_lead - n, left - n
    by_time = int(left * model.fifo_share)
    for k in range(len(orders)):
        n = give(k, by_time)
        by_time, left = by_time - n, left - n
    rests = [n - g for n, g in zip(orders, got, strict=True)]
    pool, total = left, sum(rests)
    for k, rest in enumerate(rests):
        n = pool * rest // total
        left -= give(k, n if n >= model.min_allocation_lots else 0)
    for k in range(len(orders)):
        left -= give(k, left)
    assert left == 0
    return got
