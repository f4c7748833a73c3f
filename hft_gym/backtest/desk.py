"""Strategies in plain Python: the same engine, the same fills, a callback at a time."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hft_gym.backtest import context as known
from hft_gym.backtest import ordering
from hft_gym.backtest.context import Context
from hft_gym.backtest.engine import next_turn
from hft_gym.backtest.guard import ask_guard
from hft_gym.backtest.memory import Memory
from hft_gym.backtest.records import Turn
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import MarketModels, must_flatten
from hft_gym.market.records import Action, OrderType, Reason, Request, TimeInForce

TRADED = (int(Reason.FILLED), int(Reason.TAKEN))


class PythonStrategy:
    """What a strategy in plain Python derives from; it overrides what it wants to hear of.

    Attributes:
        timer_ns: how often `on_timer` is called; 0: never.
    """

    timer_ns: int = 0

    def on_event(self, desk: "Desk", row: int) -> None:
        """A packet of the market is known; `row` is its last one."""

    def on_timer(self, desk: "Desk", now_ns: int) -> None:
        """`timer_ns` have gone by; the first call is at the start."""

    def on_fill(self, desk: "Desk", answer: np.void) -> None:
        """Lots of ours have traded; see `hft_gym.backtest.interfaces.on_fill`."""

    def on_order(self, desk: "Desk", answer: np.void) -> None:
        """An order was accepted, changed, rejected or has ended."""


@kernel
def _next_turn(models: MarketModels, desks: NDArray[Any]) -> int:
    return next_turn(models, desks[0])


@kernel
def _ask(models: MarketModels, desks: NDArray[Any], slot: int, wish: NDArray[np.int64]) -> int:
    request = Request(wish[0], wish[1], wish[2], wish[3], wish[4], wish[5], wish[6])
    return ordering.ask(Context(models, desks[0], desks[0]), slot, request)


# Reading asks no model of anything: these are compiled once for all of them.
class _Nothing(NamedTuple):
    pass


@kernel
def _look(desks: NDArray[Any], what: NDArray[np.int64], argument: tuple[int, int]) -> None:
    """Touch, whether it is tradable, and the lots at a price, into `what` `[4]`."""
    context = Context(_Nothing(), desks[0], desks[0])
    what[0] = known.best_bid(context)
    what[1] = known.best_ask(context)
    what[2] = known.is_tradable(context)
    what[3] = known.lots_at_price(context, argument[0], argument[1]) if argument[0] != 0 else 0


@kernel
def _next_price(desks: NDArray[Any], side: int, px_ticks: int) -> int:
    return known.next_price(Context(_Nothing(), desks[0], desks[0]), side, px_ticks)


class Desk:
    """What a Python strategy sees and does; the counterpart of a compiled strategy's `Context`.

    Prices in ticks, sizes in lots, times in ns; the market as known at our own clock.
    """

    def __init__(self, models: MarketModels, memory: Memory) -> None:
        self.memory = memory
        memory.bind(models)
        self._models = models
        self._is_guarded = must_flatten.implemented_by(type(models.risk))
        self._desks = memory.desks
        self._clock = memory.desks[0]["clock"]
        self._trader = memory.desks[0]["trader"]
        self._what = np.zeros(4, np.int64)
        self._wish = np.zeros(7, np.int64)

    @property
    def now_ns(self) -> int:
        """Our own clock."""
        return int(self._clock["now_ns"])

    @property
    def touch(self) -> tuple[int, int]:
        """Best bid and best ask; `book.ladder.NO_PRICE` where there is none."""
        _look(self._desks, self._what, (0, 0))
        return int(self._what[0]), int(self._what[1])

    @property
    def is_tradable(self) -> bool:
        """Whether the book has two sides that are not crossed, and the venue trades."""
        _look(self._desks, self._what, (0, 0))
        return bool(self._what[2])

    def lots_at_price(self, side: int, px_ticks: int) -> int:
        """Lots of others at a price; +1 bids, -1 asks."""
        _look(self._desks, self._what, (side, px_ticks))
        return int(self._what[3])

    def next_price(self, side: int, px_ticks: int) -> int:
        """The next price with lots of a side beyond one; `NO_PRICE` where there is none."""
        return int(_next_price(self._desks, side, px_ticks))

    @property
    def packet_rows(self) -> tuple[int, int]:
        """First row of the packet in hand and the row after its last, inside `on_event`."""
        number = int(self._clock["packet_index"])
        first, end = self.memory.ground.packets["end_row"][[max(number - 1, 0), number]]
        return int(first), int(end)

    def row_of_market(self, row: int) -> tuple[int, int, int, int]:
        """Kind, side, price and lots of a row; kind -1: not known yet."""
        if not 0 <= row < self.packet_rows[1]:
            return known.NOT_KNOWN, 0, 0, 0
        tape = self.memory.ground.tape
        columns = (tape.kind, tape.side, tape.px_ticks, tape.lots)
        kind, side, px_ticks, lots = (int(column[row]) for column in columns)
        return kind, side, px_ticks, lots

    @property
    def position_lots(self) -> int:
        """Our position, as far as we know of our fills."""
        return int(self._trader["known_position_lots"])

    @property
    def cash_ticks(self) -> int:
        """Received less paid, before fees, in tick-lots, as far as known."""
        return int(self._trader["known_cash_ticks"])

    @property
    def orders(self) -> NDArray[Any]:
        """`[slots]` of `market.records.INTENT_DTYPE`: what we know of our orders; read only."""
        view = self._trader["intents"].view()
        view.flags.writeable = False
        return view

    def ask(self, slot: int, request: Request) -> int:
        """Send any message; returns the order's slot, or minus the `Reason` why it was not sent."""
        self._wish[:] = request
        return int(_ask(self._models, self._desks, slot, self._wish))

    def place(
        self, side: int, px_ticks: int, lots: int, *, post_only: bool = False, slot: int = -1
    ) -> int:
        """Send a limit order until cancelled; see `ask`."""
        request = Request(Action.NEW, side, px_ticks, lots, post_only=int(post_only))
        return self.ask(slot, request)

    def take(self, side: int, px_ticks: int, lots: int, *, slot: int = -1) -> int:
        """Send an order that takes what is there up to a price when it arrives; see `ask`."""
        limit, at_once = OrderType.LIMIT, TimeInForce.IOC
        return self.ask(slot, Request(Action.NEW, side, px_ticks, lots, limit, at_once))

    def modify(self, slot: int, px_ticks: int, lots: int, *, post_only: bool = False) -> int:
        """Ask for another price or size, `lots` of what we know to remain; see `ask`."""
        return self.ask(slot, Request(Action.MODIFY, 0, px_ticks, lots, post_only=int(post_only)))

    def cancel(self, slot: int) -> int:
        """Ask for an order's end, unless there is none or that has been asked for; see `ask`."""
        if self._trader["intents"][slot]["state"] != ordering.WORKING:
            return slot
        return self.ask(slot, Request(Action.CANCEL))

    def next_turn(self) -> int:
        """Go on to the next thing to hear of; returns a `records.Turn`."""
        return int(_next_turn(self._models, self._desks))

    def is_stopped(self) -> bool:
        """Ask the risk model whether trading must stop; if so, it cancels and closes everything."""
        return self._is_guarded and bool(ask_guard(self._models, self._desks))

    @property
    def answer(self) -> np.void:
        """A copy of the answer in hand."""
        return self._trader["responses"][self._clock["answer_place"]].copy()


def drive(strategy: PythonStrategy, desk: Desk) -> None:
    """Call a strategy until the backtest is over.

    Raises:
        ConfigError: it hears of nothing.
    """
    kind, base = type(strategy), PythonStrategy
    hears = {
        name: getattr(kind, name) is not getattr(base, name)
        for name in ("on_event", "on_timer", "on_fill", "on_order")
    }
    timer_ns = int(strategy.timer_ns) if hears["on_timer"] else 0
    desk.memory.listen(hears["on_event"], hears["on_fill"] or hears["on_order"], timer_ns)
    while (turn := desk.next_turn()) != Turn.OVER:
        if turn == Turn.LOG_FULL:
            desk.memory.make_room()
        elif turn in (Turn.PACKET, Turn.TIMER):
            if desk.is_stopped():
                continue
            if turn == Turn.PACKET:
                strategy.on_event(desk, desk.packet_rows[1] - 1)
            else:
                strategy.on_timer(desk, desk.now_ns)
        else:
            answer = desk.answer
            if answer["position_lots"] != 0:
                strategy.on_fill(desk, answer)
            if answer["answers"] > 0 or answer["reason"] not in TRADED:
                strategy.on_order(desk, answer)
            desk.is_stopped()
