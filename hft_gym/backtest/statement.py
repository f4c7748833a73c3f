"""What a backtest has come to in money: exact decimals, by average cost."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_gym.kernel.jit import kernel
from hft_gym.market.account import MICROTICKS
from hft_gym.market.money import Money
from hft_gym.market.positions import ACCOUNT_DTYPE, book_fill
from hft_gym.tape.instrument import Instrument

HALF_TICK = MICROTICKS // 2


@dataclass(frozen=True, slots=True)
class Statement:
    """Money in `currency`, prices in points; `cash + value - fees = pnl = realised + unrealised`.

    Attributes:
        currency: ISO code.
        position_lots: at the end.
        entry_price: average price of the position; 0 where there is none.
        mark_price: at which the position is valued.
        cash: received less paid, before fees.
        value: of the position at the mark; negative where it is short.
        fees: paid; negative where rebates outweigh.
        realised: what closed lots have earned, after all fees.
        unrealised: what the position would earn at the mark.
        pnl: profit after fees.
    """

    currency: str
    position_lots: int
    entry_price: Decimal
    mark_price: Decimal
    cash: Decimal
    value: Decimal
    fees: Decimal
    realised: Decimal
    unrealised: Decimal
    pnl: Decimal

    @staticmethod
    def of(
        instrument: Instrument, fills: NDArray[Any], fees_microticks: int, mark2_ticks: int
    ) -> "Statement":
        """Book every fill of a backtest.

        Args:
            instrument: what a tick and a lot of it are worth.
            fills: `[fills]` of `records.FILL_DTYPE`, in order.
            fees_microticks: of fills and messages.
            mark2_ticks: twice the price at which the position is valued.

        Raises:
            InputError: the instrument's tick size or multiplier is not above 0.
        """
        accounts = np.zeros(1, ACCOUNT_DTYPE)
        _book_all(accounts, fills)
        account, money = accounts[0], Money.of(instrument)
        lots, cash = int(account["position_lots"]), int(account["cash_ticks"])
        cost, value = int(account["cost_microticks"]), lots * mark2_ticks * HALF_TICK
        realised = cash * MICROTICKS + cost - fees_microticks
        return Statement(
            currency=money.currency,
            position_lots=lots,
            entry_price=money.average_price(cost, lots),
            mark_price=money.price(mark2_ticks) / 2,
            cash=money.of_ticks(cash),
            value=money.of_microticks(value),
            fees=money.of_microticks(fees_microticks),
            realised=money.of_microticks(realised),
            unrealised=money.of_microticks(value - cost),
            pnl=money.of_microticks(realised + value - cost),
        )


@kernel
def _book_all(accounts: NDArray[Any], fills: NDArray[Any]) -> None:
    for k in range(fills.size):
        fill = fills[k]
        side, lots, px = int(fill["side"]), int(fill["lots"]), int(fill["px_ticks"])
        book_fill(accounts[0], side, lots, px, int(fill["fees_microticks"]))
