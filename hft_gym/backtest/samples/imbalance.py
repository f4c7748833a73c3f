"""A taker who follows the imbalance of the touch, packet by packet; compiled and in Python."""

from typing import NamedTuple

import numpy as np

from hft_gym.backtest.context import (
    Context,
    best_ask,
    best_bid,
    is_tradable,
    lots_at_price,
    now_ns,
    position_lots,
)
from hft_gym.backtest.desk import Desk, PythonStrategy
from hft_gym.backtest.interfaces import on_event, on_fill, on_order
from hft_gym.backtest.ordering import ANY_SLOT, take

STATE_DTYPE = np.dtype(
    [("next_ns", "i8"), ("bought_lots", "i8"), ("sold_lots", "i8"), ("ended_count", "i8")]
)


class ImbalanceTaker(NamedTuple):
    """Take the thinner side of the touch once the other holds `share` of the lots of both.

    Attributes:
        share: of the lots at the touch, 0.5 to 1.
        lots: of an order.
        max_position_lots: no order that would take |position| beyond this.
        pause_ns: between two orders; longer than the way there and back.
    """

    share: float = 0.85
    lots: int = 1
    max_position_lots: int = 5
    pause_ns: int = 20_000_000

    @property
    def state_dtype(self) -> np.dtype:
        """What it remembers."""
        return STATE_DTYPE


@on_event.implement(ImbalanceTaker)
def _on_event(strategy: ImbalanceTaker, context: Context, row: int) -> None:
    now = now_ns(context)
    if now < context.state["next_ns"] or not is_tradable(context):
        return
    bid, ask = best_bid(context), best_ask(context)
    bid_lots, ask_lots = lots_at_price(context, 1, bid), lots_at_price(context, -1, ask)
    wanted = strategy.share * (bid_lots + ask_lots)
    side = 1 if bid_lots >= wanted else -1 if ask_lots >= wanted else 0
    room = strategy.max_position_lots - strategy.lots
    if side == 0 or side * position_lots(context) > room:
        return
    context.state["next_ns"] = now + strategy.pause_ns
    take(context, ANY_SLOT, side, ask if side > 0 else bid, strategy.lots)


@on_fill.implement(ImbalanceTaker)
def _on_fill(strategy: ImbalanceTaker, context: Context, answer: np.void) -> None:
    lots = answer["position_lots"]
    context.state["bought_lots"] += max(lots, 0)
    context.state["sold_lots"] += max(-lots, 0)


@on_order.implement(ImbalanceTaker)
def _on_order(strategy: ImbalanceTaker, context: Context, answer: np.void) -> None:
    if answer["leaves_lots"] == 0:
        context.state["ended_count"] += 1


class PythonImbalanceTaker(PythonStrategy):
    """`ImbalanceTaker` in plain Python, to the fill."""

    def __init__(
        self,
        share: float = 0.85,
        lots: int = 1,
        max_position_lots: int = 5,
        pause_ns: int = 20_000_000,
    ) -> None:
        self.share = share
        self.lots = lots
        self.max_position_lots = max_position_lots
        self.pause_ns = pause_ns
        self.next_ns = 0
        self.bought_lots = self.sold_lots = self.ended_count = 0

    def on_event(self, desk: Desk, row: int) -> None:
        """Look at the touch and take."""
        if desk.now_ns < self.next_ns or not desk.is_tradable:
            return
        bid, ask = desk.touch
        bid_lots, ask_lots = desk.lots_at_price(1, bid), desk.lots_at_price(-1, ask)
        wanted = self.share * (bid_lots + ask_lots)
        side = 1 if bid_lots >= wanted else -1 if ask_lots >= wanted else 0
        if side == 0 or side * desk.position_lots > self.max_position_lots - self.lots:
            return
        self.next_ns = desk.now_ns + self.pause_ns
        desk.take(side, ask if side > 0 else bid, self.lots)

    def on_fill(self, desk: Desk, answer: np.void) -> None:
        """Count what was bought and sold."""
        self.bought_lots += max(int(answer["position_lots"]), 0)
        self.sold_lots += max(-int(answer["position_lots"]), 0)

    def on_order(self, desk: Desk, answer: np.void) -> None:
        """Count the orders that have ended."""
        self.ended_count += int(answer["leaves_lots"] == 0)
