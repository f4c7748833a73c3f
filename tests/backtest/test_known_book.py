"""The book that is looked up is the one that a slow twin keeps, whenever one asks for it."""

import numpy as np
import pytest

from hft_gym.backtest.context import Context, best_ask, best_bid, lots_at_price
from hft_gym.backtest.ground import Ground
from hft_gym.backtest.known_book import NEAR_ROWS, known_lots, mark2_ticks_of
from hft_gym.backtest.memory import Memory
from hft_gym.backtest.run import NO_STATE
from hft_gym.tape.rows import Kind
from tests.backtest.cases import ORDERS, Market, at, models, random_ground
from tests.naive.backtest import NaiveDesk, packets_of

pytestmark = pytest.mark.kernel
held = []  # desks hold addresses: their arrays must live


def memory(ground):
    meta = ground.tape.meta
    held.append(Memory(ground, (meta.session_start_ns, meta.session_end_ns), ORDERS, 0, NO_STATE))
    return held[-1]


@pytest.mark.parametrize("every", [1, 3, NEAR_ROWS])
@pytest.mark.parametrize("seed", [3, 4])
def test_every_level_beside_the_slow_twin(seed, every):
    ground = random_ground(seed)
    meta = ground.tape.meta
    slow = NaiveDesk(models(), ground, (meta.session_start_ns, meta.session_end_ns), ORDERS)
    desk = memory(ground).desks[0]
    context = Context(None, desk, desk)
    prices = np.arange(80, 125)
    whole = 0
    for number, (_, row) in enumerate(packets_of(ground)):
        slow.bring(row)
        if number % every:
            continue
        desk["clock"]["packet_index"] = number + 1
        assert (best_bid(context), best_ask(context)) == slow.touch, row
        asked = prices if number % 2 else prices[::-1]
        for px in asked:
            for side in (1, -1):
                expected = slow.lots_at_price(side, int(px))
                assert known_lots(desk, side, int(px)) == expected, (row, side, px)
        whole += desk["seen"]["low_place"] == 0
        assert lots_at_price(context, 1, -(10**6)) == lots_at_price(context, -1, 10**6) == 0
    assert whole > 5


def marked(rows, end_ms=30):
    market = Market()
    for row in rows:
        market.writer.row(*row)
        market.writer.send(at(10))
    ground = Ground.of(market.tape(end_ms), models().latency.feed)
    return mark2_ticks_of(memory(ground).desks)


def test_the_mark_is_the_mid_or_what_there_is():
    gone_bid = (Kind.REDUCE, 1, 100, 5, 0)
    gone_asks = [(Kind.REDUCE, -1, 103, 5, 1), (Kind.REDUCE, -1, 104, 5, 2)]
    assert marked([]) == 203
    assert marked([gone_bid]) == 206
    assert marked(gone_asks) == 200
    assert marked([gone_bid, *gone_asks, (Kind.TRADE, 1, 102, 1)]) == 204
    assert np.isfinite(marked([gone_bid, *gone_asks]))
