"""When records came: span, records a second, and a histogram over the span."""

import numpy as np
from numpy.typing import NDArray

SECOND_NS = 1_000_000_000
_LATEST_NS = np.iinfo(np.int64).max
_COMPACT_AFTER = 64  # chunks


class Activity:
    """Counts records by second; memory goes with the seconds in which there was something.

    Attributes:
        records: how many were counted.
        first_ns: earliest time; -1 as long as there is none.
        last_ns: latest time.
    """

    def __init__(self) -> None:
        self.records = 0
        self.first_ns = self.last_ns = -1
        self._seconds: list[NDArray[np.int64]] = []
        self._counts: list[NDArray[np.int64]] = []

    def add(self, times_ns: NDArray[np.integer]) -> None:
        """Count `[n]` records by their time; what is undefined is left out."""
        times_ns = times_ns[times_ns < _LATEST_NS].astype(np.int64)
        if len(times_ns) == 0:
            return
        first_ns, last_ns = int(times_ns.min()), int(times_ns.max())
        self.first_ns = first_ns if self.records == 0 else min(self.first_ns, first_ns)
        self.last_ns = max(self.last_ns, last_ns)
        self.records += len(times_ns)
        seconds, counts = np.unique(times_ns // SECOND_NS, return_counts=True)
        self._seconds.append(seconds)
        self._counts.append(counts)
        if len(self._seconds) > _COMPACT_AFTER:
            self._compact()

    @property
    def mean_per_s(self) -> float:
        """Records a second between the first and the last; 0 where no time passed."""
        span_s = (self.last_ns - self.first_ns) / SECOND_NS
        return self.records / span_s if span_s > 0 else 0.0

    @property
    def peak_per_s(self) -> int:
        """Records of the busiest second of the clock."""
        counts = self._compact()[1]
        return int(counts.max()) if len(counts) else 0

    def histogram(self, bins: int) -> list[int]:
        """Records in each of so many equal parts of the span, to the second."""
        seconds, counts = self._compact()
        if len(seconds) == 0:
            return [0] * bins
        first, span_s = int(seconds[0]), int(seconds[-1] - seconds[0]) + 1
        places = (seconds - first) * bins // span_s
        return [int(n) for n in np.bincount(places, counts, minlength=bins)]

    def _compact(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """`[n]` seconds in order, each once, and their counts."""
        if not self._seconds:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        if len(self._seconds) > 1:
            seconds, where = np.unique(np.concatenate(self._seconds), return_inverse=True)
            counts = np.bincount(where, np.concatenate(self._counts)).astype(np.int64)
            self._seconds, self._counts = [seconds], [counts]
        return self._seconds[0], self._counts[0]
