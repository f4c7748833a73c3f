"""Trades alone, without any book: rows to measure flow by, and nothing to trade against."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hft_gym.tape.columns import ColumnFiles
from hft_gym.tape.grid import bad_price, off_grid
from hft_gym.tape.mbp import LevelsResolver
from hft_gym.tape.records import UNDEF_PRICE
from hft_gym.tape.session import Session, SessionHours


class TradesResolver(LevelsResolver):
    """Records of the schema trades in, TRADE rows out.

    Its session has no length, as there is no book; its prices range over the trades.
    """

    ends_by_time = True

    def __init__(self, tick_size_e9: int, bounds: SessionHours, source: str) -> None:
        super().__init__(tick_size_e9, bounds, source)
        self._off_grid = 0
        self._first_off_grid: tuple[int, np.void] | None = None
        self._low_e9, self._high_e9 = UNDEF_PRICE, -UNDEF_PRICE

    def feed(self, records: NDArray[np.void], files: ColumnFiles) -> None:
        """Turn `[n]` records into rows and write those of every packet that has ended.

        Raises:
            InputError: a price is too far away.
        """
        first = self._records
        super().feed(records, files)
        prices = records["price"]
        off = off_grid(prices, int(self._memory.book["tick_size_e9"]))
        if off.any() and self._first_off_grid is None:
            number = int(np.argmax(off))
            self._first_off_grid = (first + number, records[number].copy())
        self._off_grid += int(off.sum())
        known = prices[prices != UNDEF_PRICE]
        self._low_e9 = min(self._low_e9, int(known.min(initial=UNDEF_PRICE)))
        self._high_e9 = max(self._high_e9, int(known.max(initial=-UNDEF_PRICE)))

    def finish(self, files: ColumnFiles) -> Session:
        """Write what is still open and say where the prices went.

        Raises:
            InputError: most trades lie off the grid, so that the tick size must be wrong; or the
                user wants a session, which trades alone do not have.
        """
        tick_e9 = int(self._memory.book["tick_size_e9"])
        if self._first_off_grid is not None and 2 * self._off_grid > self._records:
            number, record = self._first_off_grid
            raise bad_price(self._source, number, record, int(record["price"]), tick_e9)
        session = super().finish(files)
        if self._low_e9 > self._high_e9:
            return session
        return replace(
            session, low_ticks=self._low_e9 // tick_e9, high_ticks=-(-self._high_e9 // tick_e9)
        )
