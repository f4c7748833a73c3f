"""What a backtest has come to."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.backtest.statement import Statement
from hft_gym.market.account import MICROTICKS
from hft_gym.market.journal.tables import JournalTables
from hft_gym.market.risk.records import RiskReason
from hft_gym.tape.instrument import Instrument

PATH_DTYPE = np.dtype(
    [
        ("ts_local_ns", "i8"),
        ("position_lots", "i8"),
        ("cash_ticks", "i8"),  # before fees
        ("fees_microticks", "i8"),
    ],
    align=True,
)


@dataclass(frozen=True, eq=False)
class Result:
    """Fills, position and profit of one strategy on one tape; sizes in lots, prices in ticks.

    Attributes:
        fills: `[fills]` of `records.FILL_DTYPE`, in the order in which we came to know of them.
        position_lots: at the end.
        cash_ticks: received less paid, before fees, in tick-lots.
        fees_microticks: paid; negative where rebates outweigh.
        mark2_ticks: twice the price at which the final position is valued: the mid known at the
            end, else the side of the book that is there, else the last trade.
        start_ns: local time of the start.
        end_ns: local time of the end.
        counts: rows of the tape between start and end, packets and timers the strategy heard of,
            messages sent, messages rejected, lots traded, lots of these that we took, and breaches
            of risk limits.
        instrument: what was traded.
        stop_reason: why the kill switch was on at the end; None: it was not.
        state: the strategy's own record at the end; of a Python strategy, None.
        journal: every event of our orders, one row an order, one row a fill; None if none was kept.
    """

    fills: NDArray[Any]
    position_lots: int
    cash_ticks: int
    fees_microticks: int
    mark2_ticks: int
    start_ns: int
    end_ns: int
    counts: dict[str, int]
    instrument: Instrument
    stop_reason: RiskReason | None = None
    state: np.void | None = None
    journal: JournalTables | None = None

    @property
    def fees_ticks(self) -> float:
        """Fees in tick-lots."""
        return self.fees_microticks / MICROTICKS

    @property
    def pnl_ticks(self) -> float:
        """Profit after fees, the position valued at the mark, in tick-lots."""
        return self.cash_ticks + 0.5 * self.position_lots * self.mark2_ticks - self.fees_ticks

    @property
    def pnl(self) -> float:
        """Profit after fees, in money."""
        return self.instrument.to_money(self.pnl_ticks)

    @property
    def money(self) -> Statement:
        """Cash, fees, average entry, realised and unrealised profit in money, exact."""
        return Statement.of(self.instrument, self.fills, self.fees_microticks, self.mark2_ticks)

    @property
    def position_path(self) -> NDArray[Any]:
        """`[fills + 1]` of `PATH_DTYPE`: position, cash and fees from each known fill on."""
        fills = self.fills
        path = np.zeros(len(fills) + 1, PATH_DTYPE)
        path["ts_local_ns"] = np.concatenate([[self.start_ns], fills["ts_local_ns"]])
        lots = fills["side"] * fills["lots"]
        path["position_lots"][1:] = np.cumsum(lots)
        path["cash_ticks"][1:] = np.cumsum(-lots * fills["px_ticks"])
        path["fees_microticks"][1:] = np.cumsum(fills["fees_microticks"])
        return path
