"""What a compiled strategy reads is what its desk in plain Python reads."""

import pytest

from hft_gym.backtest import context as known
from hft_gym.backtest.context import Context
from hft_gym.backtest.desk import Desk
from hft_gym.backtest.ground import Ground
from hft_gym.backtest.memory import Memory
from hft_gym.backtest.run import NO_STATE
from hft_gym.book.ladder import NO_PRICE
from hft_gym.tape.rows import Flag, Kind
from tests.backtest.cases import ORDERS, Market, at, models

pytestmark = pytest.mark.kernel


def desk_on(market, end_ms=20, hears=True):
    chosen = models()
    ground = Ground.of(market.tape(end_ms), chosen.latency.feed)
    memory = Memory(ground, (at(1), at(end_ms)), ORDERS, 0, NO_STATE)
    memory.listen(hears, False, 1_000_000)
    return Desk(chosen, memory), Context(chosen, memory.desks[0], memory.states[0])


@pytest.mark.parametrize("hears", [True, False], ids=["followed", "looked up"])
def test_prices_and_lots(hears):
    desk, context = desk_on(Market(), hears=hears)
    desk.next_turn()
    assert (known.best_bid(context), known.best_ask(context)) == desk.touch == (100, 103)
    assert known.is_tradable(context)
    assert desk.is_tradable
    assert known.lots_at_price(context, -1, 104) == desk.lots_at_price(-1, 104) == 5
    assert known.lots_at_price(context, 1, 104) == 0
    assert known.lots_at_price(context, 1, -(10**6)) == 0
    assert known.next_price(context, -1, 103) == desk.next_price(-1, 103) == 104
    assert known.next_price(context, -1, 104) == desk.next_price(-1, 104) == NO_PRICE
    assert known.now_ns(context) == desk.now_ns


def test_rows_that_are_not_known_cannot_be_read():
    market = Market()
    market.trade(5, 100, 2)
    desk, context = desk_on(market, hears=True)
    assert known.row_of_market(context, 3) == desk.row_of_market(3) == (-1, 0, 0, 0)
    while known.packet_rows(context)[1] < 4:
        desk.next_turn()
    assert known.packet_rows(context) == desk.packet_rows == (3, 4)
    expected = (int(Kind.TRADE), -1, 100, 2)
    assert known.row_of_market(context, 3) == desk.row_of_market(3) == expected
    assert known.row_of_market(context, -1)[0] == -1


def test_a_book_that_is_crossed_or_halted_cannot_be_traded():
    market = Market()
    market.writer.row(Kind.TRADE, 0, 101, 1, -1, Flag.HALTED)
    market.writer.send(at(2))
    desk, context = desk_on(market, hears=False)
    desk.next_turn()
    assert known.is_tradable(context)
    while desk.now_ns < at(3):
        desk.next_turn()
    assert not known.is_tradable(context)


def test_our_own_as_known():
    desk, context = desk_on(Market(), hears=False)
    desk.next_turn()
    slot = desk.take(1, 103, 2)
    assert known.is_live(context, slot)
    assert known.position_lots(context) == 0
    while desk.now_ns < at(3):
        desk.next_turn()
    assert known.position_lots(context) == desk.position_lots == 2
    assert known.cash_ticks(context) == desk.cash_ticks == -206
    assert not known.is_live(context, slot)
    assert known.order_of(context, slot)["filled_lots"] == desk.orders[slot]["filled_lots"] == 2
