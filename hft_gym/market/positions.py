"""What we hold, what it cost and what it has earned, in whole numbers, by average cost.

An account needs no prices: it holds the lots, the cash they cost or brought, the fees, and the cost
of what is still open. A partial close takes its share of that cost with it, so the average entry
stays what it was; a trade through zero closes all and opens the rest at its own price. Profit and
loss follow:

    realised   = cash + cost of the open position
    unrealised = position * mark - cost of the open position

and their sum is cash + position * mark whatever the rounding. Adding to a position is exact; the
share that a partial close takes is rounded to the nearest microtick.

Amounts must stay below 9e12 tick-lots, where a microtick still fits a 64-bit number.
"""

import numpy as np

from hft_gym.kernel.jit import kernel
from hft_gym.market.account import MICROTICKS

ACCOUNT_DTYPE = np.dtype(
    [
        ("position_lots", "i8"),
        ("cash_ticks", "i8"),  # before fees
        ("fees_microticks", "i8"),  # paid; rebates lower it
        ("cost_microticks", "i8"),  # of the open position: signed lots * average entry
    ],
    align=True,
)


@kernel
def share(amount: int, part: int, whole: int) -> int:
    """`amount * part / whole` to the nearest whole number, halves up; 0 <= part <= whole."""
    each, rest = amount // whole, amount % whole
    return each * part + (2 * rest * part + whole) // (2 * whole)


@kernel
def book(account: np.void, lots: int, cash_ticks: int, fees_microticks: int) -> None:
    """Book a trade: signed `lots`, the change of cash and the fee; it traded at -cash / lots."""
    held = int(account["position_lots"])
    account["position_lots"] += lots
    account["cash_ticks"] += cash_ticks
    account["fees_microticks"] += fees_microticks
    paid = -cash_ticks * MICROTICKS
    if lots == 0 or held == 0 or (held > 0) == (lots > 0):
        account["cost_microticks"] += paid
        return
    closed = min(abs(held), abs(lots))
    account["cost_microticks"] -= share(int(account["cost_microticks"]), closed, abs(held))
    if abs(lots) > closed:
        account["cost_microticks"] += paid - share(paid, closed, abs(lots))


@kernel
def book_fill(account: np.void, side: int, lots: int, px_ticks: int, fees_microticks: int) -> None:
    """Book a fill of `lots` at a price; `side` +1 bought, -1 sold."""
    book(account, side * lots, -side * lots * px_ticks, fees_microticks)


@kernel
def entry_ticks(account: np.void) -> float:
    """Average price of the open position; 0 where there is none."""
    if account["position_lots"] == 0:
        return 0.0
    return account["cost_microticks"] / (account["position_lots"] * MICROTICKS)


@kernel
def realised_microticks(account: np.void) -> int:
    """What closed trades have earned, before fees."""
    return int(account["cash_ticks"]) * MICROTICKS + int(account["cost_microticks"])


@kernel
def unrealised_microticks(account: np.void, mark_microticks: int) -> int:
    """What the open position would earn at a mark, before fees."""
    return int(account["position_lots"]) * mark_microticks - int(account["cost_microticks"])


@kernel
def equity_microticks(account: np.void, mark_microticks: int) -> int:
    """Cash + position * mark - fees: what we are worth, counted from nothing."""
    cash = int(account["cash_ticks"]) * MICROTICKS
    return cash + int(account["position_lots"]) * mark_microticks - int(account["fees_microticks"])
