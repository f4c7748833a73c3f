"""The book looked up and the book followed are one, at every packet."""

import numpy as np
import pytest

from hft_gym.backtest.ground import Ground
from hft_gym.backtest.known_book import find_touch, follow, mark2_ticks_of, show_all
from hft_gym.backtest.memory import Memory
from hft_gym.backtest.run import NO_STATE
from hft_gym.book.ladder import NO_PRICE
from hft_gym.tape.rows import Kind
from tests.backtest.cases import ORDERS, Market, at, models, random_ground
from tests.naive.backtest import NaiveDesk, packets_of

pytestmark = pytest.mark.kernel
held = []  # desks hold addresses: their arrays must live


def memory(ground):
    meta = ground.tape.meta
    held.append(Memory(ground, (meta.session_start_ns, meta.session_end_ns), ORDERS, 0, NO_STATE))
    return held[-1]


@pytest.mark.parametrize("seed", [3, 4])
def test_looked_up_and_followed_touch_beside_the_slow_twin(seed):
    ground = random_ground(seed)
    meta = ground.tape.meta
    slow = NaiveDesk(models(), ground, (meta.session_start_ns, meta.session_end_ns), ORDERS)
    looked, followed = memory(ground).desks[0], memory(ground).desks[0]
    clock = followed["clock"]
    show_all(followed)
    for _, row in packets_of(ground):
        slow.bring(row)
        looked["clock"]["known_row"] = row
        find_touch(looked)
        follow(followed, row)
        assert (clock["bid_ticks"], clock["ask_ticks"]) == slow.touch, row
        touch = looked["clock"]["bid_ticks"], looked["clock"]["ask_ticks"]
        assert touch == slow.touch, row


def test_an_empty_book_has_no_touch():
    desk = memory(random_ground()).desks[0]
    desk["clock"]["known_row"] = 0
    desk["clock"]["touch_row"] = -1
    find_touch(desk)
    assert desk["clock"]["bid_ticks"] == desk["clock"]["ask_ticks"] == NO_PRICE


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
