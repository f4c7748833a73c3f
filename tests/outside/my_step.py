"""A clock of somebody else's: a decision after every packet with a trade of some size."""

from dataclasses import dataclass

import numpy as np

from hft_gym.features.engine import DECISION_DTYPE
from hft_gym.tape.rows import Flag, Kind


@dataclass(frozen=True)
class ByLargeTrades:
    """Trades of `lots` or more."""

    lots: int = 10

    def decisions(self, tape, known_ns):
        """At the end of the packets, when the feed has brought them."""
        ends = np.flatnonzero(tape.flags & Flag.LAST) + 1
        large = np.flatnonzero((tape.kind == Kind.TRADE) & (tape.lots >= self.lots)) + 1
        rows = np.unique(ends[np.searchsorted(ends, large)])
        found = np.zeros(rows.size, DECISION_DTYPE)
        found["row"], found["ts_local_ns"] = rows, known_ns[rows - 1]
        return found
