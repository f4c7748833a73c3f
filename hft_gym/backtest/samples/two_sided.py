"""A market maker that joins both sides of the touch, at a timer; compiled and in plain Python."""

from typing import NamedTuple

from hft_gym.backtest.context import (
    Context,
    best_ask,
    best_bid,
    is_tradable,
    order_of,
    position_lots,
)
from hft_gym.backtest.desk import Desk, PythonStrategy
from hft_gym.backtest.interfaces import on_timer
from hft_gym.backtest.ordering import WORKING, cancel, place
from hft_gym.kernel.jit import kernel
from hft_gym.market.records import Intent

NONE = int(Intent.NONE)
PLACES = 2  # slots a side: while one order is being cancelled, the next is on its way
NO_QUOTE = -(2**30)


class TwoSidedMaker(NamedTuple):
    """Quote `lots` at both sides of the touch; an order elsewhere is cancelled and sent anew.

    Attributes:
        timer_ns: time between looks at the market.
        lots: of each quote.
        max_position_lots: the side that would take |position| beyond this is not quoted.
    """

    timer_ns: int = 100_000_000
    lots: int = 1
    max_position_lots: int = 10


@kernel
def _withdraw(context: Context, line: int, px_ticks: int) -> bool:
    """Cancel what stands elsewhere on one side; returns whether one stands at the price."""
    stands = False
    for slot in range(line * PLACES, (line + 1) * PLACES):
        order = order_of(context, slot)
        if order["state"] == WORKING:
            if order["px_ticks"] == px_ticks:
                stands = True
            else:
                cancel(context, slot)
    return stands


@kernel
def _quote(context: Context, line: int, px_ticks: int, lots: int) -> None:
    for slot in range(line * PLACES, (line + 1) * PLACES):
        if order_of(context, slot)["state"] == NONE:
            place(context, slot, 1 - 2 * line, px_ticks, lots, True)
            return


@on_timer.implement(TwoSidedMaker)
def _on_timer(strategy: TwoSidedMaker, context: Context, now_ns: int) -> None:
    bid, ask = NO_QUOTE, NO_QUOTE
    if is_tradable(context):
        room = strategy.max_position_lots - strategy.lots
        position = position_lots(context)
        if position <= room:
            bid = best_bid(context)
        if -position <= room:
            ask = best_ask(context)
    has_bid = _withdraw(context, 0, bid)  # both sides first, so that ours never meet
    has_ask = _withdraw(context, 1, ask)
    if bid != NO_QUOTE and not has_bid:
        _quote(context, 0, bid, strategy.lots)
    if ask != NO_QUOTE and not has_ask:
        _quote(context, 1, ask, strategy.lots)


class PythonTwoSidedMaker(PythonStrategy):
    """`TwoSidedMaker` in plain Python, to the fill."""

    def __init__(
        self, timer_ns: int = 100_000_000, lots: int = 1, max_position_lots: int = 10
    ) -> None:
        self.timer_ns = timer_ns
        self.lots = lots
        self.max_position_lots = max_position_lots

    def on_timer(self, desk: Desk, now_ns: int) -> None:
        """Cancel what stands elsewhere on both sides, then quote."""
        bid, ask = NO_QUOTE, NO_QUOTE
        if desk.is_tradable:
            room = self.max_position_lots - self.lots
            best = desk.touch
            if desk.position_lots <= room:
                bid = best[0]
            if -desk.position_lots <= room:
                ask = best[1]
        stands = [self._withdraw(desk, line, px) for line, px in enumerate((bid, ask))]
        for line, px in enumerate((bid, ask)):
            if px != NO_QUOTE and not stands[line]:
                self._quote(desk, line, px)

    def _withdraw(self, desk: Desk, line: int, px_ticks: int) -> bool:
        stands = False
        for slot in range(line * PLACES, (line + 1) * PLACES):
            order = desk.orders[slot]
            if order["state"] == WORKING:
                if order["px_ticks"] == px_ticks:
                    stands = True
                else:
                    desk.cancel(slot)
        return stands

    def _quote(self, desk: Desk, line: int, px_ticks: int) -> None:
        for slot in range(line * PLACES, (line + 1) * PLACES):
            if desk.orders[slot]["state"] == NONE:
                desk.place(1 - 2 * line, px_ticks, self.lots, post_only=True, slot=slot)
                return
