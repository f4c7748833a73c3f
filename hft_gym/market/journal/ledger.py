"""The account as the journal's fills tell it, in money: at each mark, and by the day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from hft_gym.market.account import MICROTICKS
from hft_gym.market.money import Money

DAY_NS = 86_400_000_000_000

# A price at which the account is valued; see `market.marks`.
MARK_DTYPE = np.dtype([("ts_local_ns", "i8"), ("mark_microticks", "i8")], align=True)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The account at one moment; money is exact.

    Attributes:
        ts_local_ns: the moment, by our own clock.
        balance: what it began with and what closed trades have earned, after all fees.
        realised: what closed trades have earned, after all fees.
        unrealised: what the open position would earn at the mark.
        position_lots: signed.
        entry_price: average, in points.
        wins: closing trades that earned more than their own fee.
        closing_trades: trades that took something off the position.
    """

    ts_local_ns: int
    balance: Decimal
    realised: Decimal
    unrealised: Decimal
    position_lots: int
    entry_price: Decimal
    wins: int
    closing_trades: int


@dataclass(frozen=True, slots=True)
class Day:
    """One day in UTC, by our own clock; money is exact.

    Attributes:
        date: of the day.
        starting: balance at its start.
        ending: balance at its end; what is open does not count.
        trades: fills.
        wins: closing trades that earned more than their own fee.
        losses: closing trades that earned less.
        drawdown: largest fall of balance and open profit from a peak of the day.
        sharpe: of the day as a whole: mean by deviation of what it earned from mark to mark, times
            the square root of their number; None for fewer than two or for no deviation.
    """

    date: date
    starting: Decimal
    ending: Decimal
    trades: int
    wins: int
    losses: int
    drawdown: Decimal
    sharpe: float | None


class Ledger:
    """What fills and marks make of an account.

    Args:
        fills: `[n]` of `FILL_ROW_DTYPE`.
        money: what ticks are worth.
        balance: money at the start.
        marks: `[m]` of `MARK_DTYPE` in order of time; None: every fill is one, at its price. What
            is traded after the last one is valued at the price of the last fill.
    """

    def __init__(
        self,
        fills: NDArray[np.void],
        money: Money,
        balance: Decimal = Decimal(0),
        marks: NDArray[np.void] | None = None,
    ) -> None:
        self._money, self._balance = money, balance
        self._marks = _complete(fills, marks)
        earned = fills["realised_microticks"] - fills["fees_microticks"]
        closes = fills["closed_lots"] > 0
        # how things stand before the first fill and after each
        self._realised = _from_zero(np.cumsum(earned))
        self._position = _from_zero(fills["position_lots"])
        self._cost = _from_zero(fills["cost_microticks"])
        self._closing = _from_zero(np.cumsum(closes))
        self._wins = _from_zero(np.cumsum(closes & (earned > 0)))
        self._losses = _from_zero(np.cumsum(closes & (earned < 0)))
        self._at = np.searchsorted(fills["ts_local_ns"], self._marks["ts_local_ns"], side="right")
        open_value = self._position[self._at] * self._marks["mark_microticks"]
        self._unrealised = open_value - self._cost[self._at]

    def snapshots(self) -> Iterator[Snapshot]:
        """The account at each mark."""
        return (self._snapshot(k) for k in range(self._marks.size))

    def last(self) -> Snapshot | None:
        """The account at the end; None: there was no mark and no fill."""
        return self._snapshot(self._marks.size - 1) if self._marks.size else None

    def days(self) -> Iterator[Day]:
        """The days on which there was a mark."""
        of_mark = self._marks["ts_local_ns"] // DAY_NS
        equity = self._realised[self._at] + self._unrealised
        before, equity_before = 0, 0
        for day in np.unique(of_mark):
            marks = np.flatnonzero(of_mark == day)
            after = int(self._at[marks[-1]])
            curve = np.concatenate([[equity_before], equity[marks]])
            fall = int((np.maximum.accumulate(curve) - curve).max())
            yield Day(
                datetime.fromtimestamp(int(day) * DAY_NS // 1_000_000_000, UTC).date(),
                self._money_of(self._realised[before]),
                self._money_of(self._realised[after]),
                after - before,
                int(self._wins[after] - self._wins[before]),
                int(self._losses[after] - self._losses[before]),
                self._money.of_microticks(fall),
                _sharpe(np.diff(curve)),
            )
            before, equity_before = after, int(equity[marks[-1]])

    def _snapshot(self, k: int) -> Snapshot:
        at = int(self._at[k])
        position = int(self._position[at])
        return Snapshot(
            int(self._marks["ts_local_ns"][k]),
            self._money_of(self._realised[at]),
            self._money.of_microticks(self._realised[at]),
            self._money.of_microticks(self._unrealised[k]),
            position,
            self._money.average_price(self._cost[at], position),
            int(self._wins[at]),
            int(self._closing[at]),
        )

    def _money_of(self, realised_microticks: int) -> Decimal:
        return self._balance + self._money.of_microticks(realised_microticks)


def _complete(fills: NDArray[np.void], marks: NDArray[np.void] | None) -> NDArray[np.void]:
    """Marks up to the last fill."""
    of_fills = np.zeros(fills.size, MARK_DTYPE)
    of_fills["ts_local_ns"] = fills["ts_local_ns"]
    of_fills["mark_microticks"] = fills["px_ticks"] * MICROTICKS
    if marks is None:
        return of_fills
    last_ns = marks["ts_local_ns"][-1] if marks.size else -1
    is_later = bool(fills.size) and fills["ts_local_ns"][-1] > last_ns
    return np.concatenate([marks, of_fills[-1:]]) if is_later else marks


def _from_zero(values: NDArray[np.integer]) -> NDArray[np.int64]:
    return np.concatenate([[0], values]).astype(np.int64)


def _sharpe(changes: NDArray[np.integer]) -> float | None:
    deviation = float(np.std(changes, ddof=1)) if changes.size > 1 else 0.0
    if deviation == 0.0:
        return None
    return float(np.mean(changes)) / deviation * float(np.sqrt(changes.size))
