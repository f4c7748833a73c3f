"""Rows later than a moment change nothing that is seen or decided up to it."""

from typing import NamedTuple

import numpy as np
import pytest

from hft_gym.backtest.context import (
    best_ask,
    best_bid,
    is_tradable,
    lots_at_price,
    position_lots,
)
from hft_gym.backtest.ground import Ground
from hft_gym.backtest.interfaces import on_event, on_fill, on_order, on_timer
from hft_gym.backtest.ordering import ANY_SLOT, cancel, place
from hft_gym.backtest.run import MODELS, backtest
from hft_gym.kernel.jit import kernel
from tests.backtest.cases import ORDERS, SMALL, forked_tapes

pytestmark = pytest.mark.kernel
SEEN = 1_000_003


class Witness(NamedTuple):
    """Folds all it can see into one number, and trades on it if it may."""

    may_trade: bool
    timer_ns: int = 700_000

    state_dtype = np.dtype([("seen", "i8"), ("told", "i8")])


@kernel
def _fold(context, number):
    context.state["seen"] = (context.state["seen"] * 31 + number) % SEEN


@kernel
def _see(context, now_ns):
    bid, ask = best_bid(context), best_ask(context)
    _fold(context, now_ns % SEEN)
    _fold(context, bid)
    _fold(context, ask)
    _fold(context, lots_at_price(context, 1, bid - 1))
    _fold(context, lots_at_price(context, -1, ask))
    _fold(context, position_lots(context))


@on_event.implement(Witness)
def _on_event(strategy, context, row):
    _see(context, row)
    if strategy.may_trade and is_tradable(context) and context.state["seen"] % 3 == 0:
        side = 1 if context.state["seen"] % 2 else -1
        place(
            context, ANY_SLOT, side, best_bid(context) if side > 0 else best_ask(context), 2, False
        )


@on_timer.implement(Witness)
def _on_timer(strategy, context, now_ns):
    _see(context, now_ns)
    if strategy.may_trade:
        cancel(context, context.state["seen"] % ORDERS)


@on_fill.implement(Witness)
def _on_fill(strategy, context, answer):
    _fold(context, answer["position_lots"])
    context.state["told"] += 1


@on_order.implement(Witness)
def _on_order(strategy, context, answer):
    _fold(context, answer["reason"])


def outcomes(tapes, strategy, end_of):
    grounds = [Ground.of(tape, MODELS.latency.feed) for tape in tapes]
    end_ns = min(end_of(ground) for ground in grounds)
    return [backtest(g, strategy, end_ns=end_ns, **SMALL) for g in grounds]


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_rows_that_happen_later_change_no_decision(seed):
    tapes, row = forked_tapes(seed)
    one, other = outcomes(tapes, Witness(True), lambda g: int(g.tape.ts_exchange_ns[row]) - 1)
    assert one.state["told"] > 3
    assert one.state.tolist() == other.state.tolist()
    assert np.array_equal(one.fills, other.fills)
    assert one.counts["messages"] == other.counts["messages"] > 20


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_rows_that_the_feed_brings_later_are_not_seen(seed):
    tapes, row = forked_tapes(seed)

    def known_ns(ground):
        packet = np.searchsorted(ground.packets["end_row"], row, side="right")
        return int(ground.times_ns[packet])

    one, other = outcomes(tapes, Witness(False), known_ns)
    assert one.state["seen"] == other.state["seen"]
    assert one.counts["packets"] == other.counts["packets"] > 100


def test_the_tapes_do_differ():
    tapes, _ = forked_tapes(5)
    one, other = outcomes(tapes, Witness(True), lambda g: g.tape.meta.session_end_ns)
    assert one.state["seen"] != other.state["seen"]
