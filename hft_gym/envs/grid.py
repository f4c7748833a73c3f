"""When decisions are made, and what is known then."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hft_gym.errors import ConfigError
from hft_gym.features.engine import DECISION_DTYPE
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Flag


class Step(Protocol):
    """How far apart two decisions are."""

    def decisions(self, tape: MarketTape, known_ns: NDArray[np.int64]) -> NDArray[Any]:
        """`[decisions]` records of `DECISION_DTYPE` with `ts_local_ns` and `row` filled in.

        `known_ns` `[rows]` tells when we see each row.
        """


def packet_ends(tape: MarketTape) -> NDArray[np.int64]:
    """Numbers of rows at which a packet is complete: the rows before are a consistent book."""
    return np.flatnonzero(tape.flags & Flag.LAST) + 1


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
        ends = packet_ends(tape)
        ts_end = tape.ts_local_ns[ends - 1]
        meta = tape.meta
        ends = ends[(ts_end >= meta.session_start_ns) & (ts_end < meta.session_end_ns)]
        if ends.size == 0:
            return _grid(np.zeros(0, np.int64), ends)
        wanted = np.arange(ends[0], ends[-1] + 1, self.events)
        rows = np.unique(ends[np.searchsorted(ends, wanted)])
        return _grid(known_ns[rows - 1], rows)
