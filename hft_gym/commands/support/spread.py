"""The spread over time, while the book is two-sided and not crossed or locked."""

import numpy as np
from numpy.typing import NDArray

from hft_gym.tape.dbn import UNDEF_PRICE


class SpreadOverTime:
    """Weighs each touch with the time it was in force.

    Args:
        tick_e9: smallest price step in units of 1e-9; None where it is not known.

    Attributes:
        has_touch: whether the book could be traded at all.
        low_e9: lowest best bid of a tradable book.
        high_e9: highest best ask of a tradable book.
        tradable_ns: for how long the book could be traded.
    """

    def __init__(self, tick_e9: int | None) -> None:
        self._tick_e9 = tick_e9
        self.low_e9 = self.high_e9 = -1
        self.has_touch = False
        self.tradable_ns = 0
        self._one_tick_ns = 0
        self._weighted_e9 = 0.0
        self._last: tuple[int, int, int] | None = None

    def add(
        self,
        times_ns: NDArray[np.int64],
        bids_e9: NDArray[np.int64],
        asks_e9: NDArray[np.int64],
    ) -> None:
        """`[n]` touches from these times on, in their order; UNDEF_PRICE where a side is empty."""
        if len(times_ns) == 0:
            return
        times_ns, bids_e9, asks_e9 = (
            np.asarray(column, np.int64) for column in (times_ns, bids_e9, asks_e9)
        )
        if self._last is not None:
            before = np.array(self._last).reshape(3, 1)
            times_ns, bids_e9, asks_e9 = np.concatenate(
                [before, [times_ns, bids_e9, asks_e9]], axis=1
            )
        times_ns = np.maximum.accumulate(times_ns)
        self._last = (int(times_ns[-1]), int(bids_e9[-1]), int(asks_e9[-1]))
        tradable = (bids_e9 != UNDEF_PRICE) & (asks_e9 != UNDEF_PRICE) & (bids_e9 < asks_e9)
        if tradable.any():
            self._widen(int(bids_e9[tradable].min()), int(asks_e9[tradable].max()))
        held_ns = np.where(tradable[:-1], np.diff(times_ns), 0)
        spreads_e9 = np.where(tradable, asks_e9 - np.where(tradable, bids_e9, 0), 0)[:-1]
        self.tradable_ns += int(held_ns.sum())
        self._weighted_e9 += float(spreads_e9 @ held_ns.astype(np.float64))
        self._one_tick_ns += int(held_ns[spreads_e9 == self._tick_e9].sum())

    @property
    def mean_e9(self) -> float | None:
        """Mean spread over time; None where no time passed."""
        return self._weighted_e9 / self.tradable_ns if self.tradable_ns else None

    @property
    def one_tick_share(self) -> float | None:
        """Share of the time at one tick; None where no time passed or the tick is not known."""
        if self._tick_e9 is None or not self.tradable_ns:
            return None
        return self._one_tick_ns / self.tradable_ns

    def _widen(self, low_e9: int, high_e9: int) -> None:
        self.low_e9 = min(self.low_e9, low_e9) if self.has_touch else low_e9
        self.high_e9 = max(self.high_e9, high_e9) if self.has_touch else high_e9
        self.has_touch = True
