"""What belongs together on a tape: the rows that one message at the exchange brought about."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import Flag, Kind

_FAR = 2**30


@dataclass(frozen=True, eq=False)
class Transactions:
    """Rows of one packet that bear the same exchange time: an aggressor and all that it met.

    Attributes:
        number: `[rows]` of the transaction that each row is part of.
        is_taker: `[rows]` whether the order of a FILL row was the aggressor itself: its owner has
            moved it into the market, and venues report both sides of that trade.
        lowest_sell_ticks: `[transactions]` lowest price of a seller that traded or came to rest.
        highest_buy_ticks: `[transactions]` highest price of such a buyer.
    """

    number: NDArray[np.int64]
    is_taker: NDArray[np.bool_]
    lowest_sell_ticks: NDArray[np.int32]
    highest_buy_ticks: NDArray[np.int32]

    @staticmethod
    def of(tape: MarketTape) -> "Transactions":
        """Find the transactions of a tape."""
        begins = np.ones(len(tape), np.bool_)
        begins[1:] = (tape.flags[:-1] & Flag.LAST != 0) | (np.diff(tape.ts_exchange_ns) != 0)
        number = np.cumsum(begins) - 1
        count = int(number[-1]) + 1 if len(tape) else 0
        is_print = tape.kind == Kind.TRADE
        traded = {side: np.zeros(count, np.bool_) for side in (1, -1)}
        for side, by in traded.items():
            by[number[is_print & (tape.side == side)]] = True
        own = np.where(tape.side > 0, traded[1][number], traded[-1][number])
        other = np.where(tape.side > 0, traded[-1][number], traded[1][number])
        is_taker = (tape.kind == Kind.FILL) & own & ~other
        comes = is_print | ((tape.kind == Kind.ADD) & (tape.flags & Flag.SNAPSHOT == 0))
        lowest, highest = np.full(count, _FAR, np.int32), np.full(count, -_FAR, np.int32)
        sells, buys = comes & (tape.side < 0), comes & (tape.side > 0)
        np.minimum.at(lowest, number[sells], tape.px_ticks[sells])
        np.maximum.at(highest, number[buys], tape.px_ticks[buys])
        return Transactions(number, is_taker, lowest, highest)

    def first_rows(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """`[n]` the first row of the transaction of each row."""
        return np.searchsorted(self.number, self.number[rows])

    def was_met(self, lives: NDArray[np.void]) -> NDArray[np.bool_]:
        """`[n]` whether a life ended in a transaction whose aggressor could trade at its price.

        One that ends so without a fill was taken away by the venue before it met its own owner
        (CME Group, "Self-Match Prevention"): an owner's own cancel is a transaction of its own.
        """
        ended = self.number[lives["end_row"]]
        px = lives["px_ticks"]
        by_seller = (lives["side"] > 0) & (self.lowest_sell_ticks[ended] <= px)
        by_buyer = (lives["side"] < 0) & (self.highest_buy_ticks[ended] >= px)
        return (lives["end_row"] >= 0) & (by_seller | by_buyer)
