"""When decisions are made, and what is known then."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hft_gym.book.touch import touches
from hft_gym.errors import ConfigError
from hft_gym.features.engine import DECISION_DTYPE
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Flag, Kind


class Step(Protocol):
    """How far apart two decisions are."""

    def decisions(self, tape: MarketTape, known_ns: NDArray[np.int64]) -> NDArray[Any]:
        """`[decisions]` records of `DECISION_DTYPE` with `ts_local_ns` and `row` filled in.

        `known_ns` `[rows]` tells when we see each row.
        """


def packet_ends(tape: MarketTape) -> NDArray[np.int64]:
    """Numbers of rows at which a packet is complete: the rows before are a consistent book."""
    return np.flatnonzero(tape.flags & Flag.LAST) + 1


def _in_session(tape: MarketTape, ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of the packets that ended by our own clock while the session ran."""
    ts_ns, meta = tape.ts_local_ns[ends - 1], tape.meta
    return ends[(ts_ns >= meta.session_start_ns) & (ts_ns < meta.session_end_ns)]


def _grid(ts_local_ns: NDArray[np.int64], row: NDArray[np.int64]) -> NDArray[Any]:
    decisions = np.zeros(ts_local_ns.size, DECISION_DTYPE)
    decisions["ts_local_ns"] = ts_local_ns
    decisions["row"] = row
    return decisions


@dataclass(frozen=True, slots=True)
class ByTime:
    """A decision every `milliseconds` of local time."""

    milliseconds: float = 100.0

    def __post_init__(self) -> None:
        if self.milliseconds <= 0:
            raise ConfigError(f"step.milliseconds must be above 0, not {self.milliseconds}")

    def decisions(self, tape: MarketTape, known_ns: NDArray[np.int64]) -> NDArray[Any]:
        """From the session's start on; each knows the packets complete on the feed by then."""
        apart_ns = round(self.milliseconds * 1e6)
        meta = tape.meta
        ts = np.arange(meta.session_start_ns, meta.session_end_ns, apart_ns, dtype=np.int64)
        arrived = np.searchsorted(known_ns, ts, side="right")
        ends = np.concatenate([[0], packet_ends(tape)])
        return _grid(ts, ends[np.searchsorted(ends, arrived, side="right") - 1])


@dataclass(frozen=True, slots=True)
class ByEvents:
    """A decision after every `events` rows of the tape, at the end of the packet they fall in."""

    events: int = 35

    def __post_init__(self) -> None:
        if self.events < 1:
            raise ConfigError(f"step.events must be at least 1, not {self.events}")

    def decisions(self, tape: MarketTape, known_ns: NDArray[np.int64]) -> NDArray[Any]:
        """From the session's start on, each when the feed has brought the packet's last row."""
        ends = _in_session(tape, packet_ends(tape))
        if ends.size == 0:
            return _grid(np.zeros(0, np.int64), ends)
        wanted = np.arange(ends[0], ends[-1] + 1, self.events)
        rows = np.unique(ends[np.searchsorted(ends, wanted)])
        return _grid(known_ns[rows - 1], rows)


@dataclass(frozen=True, slots=True)
class ByTrades:
    """A decision after every `trades` trades, at the end of the packet that brings the last one.

    A trade is an aggressor's print; a packet that brings several of those awaited is one decision.
    """

    trades: int = 1

    def __post_init__(self) -> None:
        if self.trades < 1:
            raise ConfigError(f"step.trades must be at least 1, not {self.trades}")

    def decisions(self, tape: MarketTape, known_ns: NDArray[np.int64]) -> NDArray[Any]:
        """Counted from the session's start on, each when the feed has brought the packet."""
        ends = packet_ends(tape)
        counts = np.diff(np.cumsum(tape.kind == Kind.TRADE)[ends - 1], prepend=0)  # of each packet
        inside = np.isin(ends, _in_session(tape, ends))
        so_far = np.cumsum(np.where(inside, counts, 0))
        reached = np.diff(so_far // self.trades, prepend=0) > 0
        rows = ends[reached]
        return _grid(known_ns[rows - 1], rows)


@dataclass(frozen=True, slots=True)
class ByTouch:
    """A decision after every `changes` changes of the touch, each a packet that moves a best price.

    A side that empties or fills again is a change too; sizes alone are none.
    """

    changes: int = 1

    def __post_init__(self) -> None:
        if self.changes < 1:
            raise ConfigError(f"step.changes must be at least 1, not {self.changes}")

    def decisions(self, tape: MarketTape, known_ns: NDArray[np.int64]) -> NDArray[Any]:
        """Counted from the session's start on, each when the feed has brought the packet."""
        parts = list(touches(tape))
        rows = np.concatenate([part[0] for part in parts]) + 1
        best = np.stack([np.concatenate([part[k] for part in parts]) for k in (1, 2)])
        moved = np.append(True, (np.diff(best) != 0).any(0)) if rows.size else rows > 0
        rows = _in_session(tape, rows[moved])[self.changes - 1 :: self.changes]
        return _grid(known_ns[rows - 1], rows)
