"""What is noted of each packet is what its slow twin sees after it."""

import numpy as np
import pytest

from hft_gym.backtest.packets import last_known
from hft_gym.backtest.records import FOREVER_NS
from hft_gym.book.ladder import NO_PRICE
from hft_gym.tape.rows import Kind
from tests.backtest.cases import MS, ORDERS, Market, at, models, random_ground
from tests.naive.backtest import NaiveDesk, packets_of

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize("seed", [3, 4])
def test_touch_lots_and_times_beside_the_slow_twin(seed):
    ground = random_ground(seed)
    meta = ground.tape.meta
    slow = NaiveDesk(models(), ground, (meta.session_start_ns, meta.session_end_ns), ORDERS)
    ends = packets_of(ground)
    assert len(ground.packets) == len(ends) + 2
    known = zip(ground.times_ns[1:], ground.packets[1:], ends, strict=False)
    for time_ns, packet, (known_ns, row) in known:
        slow.bring(row)
        bid, ask = slow.touch
        assert (time_ns, packet["end_row"]) == (known_ns, row)
        assert time_ns == ground.tape.ts_local_ns[row - 1] + 50_000  # the feed's delay
        assert (packet["bid_ticks"], packet["ask_ticks"]) == (bid, ask), row
        assert packet["bid_lots"] == slow.lots_at_price(1, bid), row
        assert packet["ask_lots"] == slow.lots_at_price(-1, ask), row
        assert packet["is_tradable"] == slow.is_tradable, row


def test_before_the_first_packet_nothing_is_known():
    first = random_ground().packets[0]
    assert random_ground().times_ns[[0, -1]].tolist() == [-FOREVER_NS, FOREVER_NS]
    assert (first["end_row"], first["bid_ticks"], first["ask_ticks"]) == (0, NO_PRICE, NO_PRICE)
    assert not first["is_tradable"]


def test_a_packet_that_never_ends_is_never_known():
    market = Market()
    market.add(1, 1, 101, 5)
    tape = market.tape(10)
    tape.flags = tape.flags.copy()
    tape.flags[-1] = 0
    ground = type(random_ground()).of(tape, models().latency.feed)
    assert ground.packets["end_row"].tolist() == [0, 3, 3]
    assert ground.packets["bid_ticks"].tolist() == [NO_PRICE, 100, 100]


def test_a_cleared_book_has_no_touch():
    market = Market()
    market.writer.row(Kind.CLEAR, 0, 0, 0)
    market.writer.send(at(1))
    ground = type(random_ground()).of(market.tape(10), models().latency.feed)
    cleared = ground.packets[2]
    assert (cleared["bid_ticks"], cleared["ask_ticks"]) == (NO_PRICE, NO_PRICE)
    assert (cleared["bid_lots"], cleared["ask_lots"], cleared["is_tradable"]) == (0, 0, 0)


def test_last_known_is_a_search_from_the_right():
    times = random_ground().times_ns
    last = len(times) - 2
    for start in (0, 1, 50, last):
        for ts in [*range(int(times[1]) - 1, int(times[-2]), MS), int(times[-2]), FOREVER_NS - 1]:
            expected = max(start, int(np.searchsorted(times, ts, side="right")) - 1)
            assert last_known(times, start, ts) == expected, (start, ts)
    assert last_known(times, 0, FOREVER_NS - 1) == last
