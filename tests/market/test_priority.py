"""Our own orders stand in line by price, then by arrival."""

import numpy as np
import pytest

from hft_gym.market.account import clear_trader
from hft_gym.market.priority import FAR, best_px, first_at, join, leave, line_of, watch
from hft_gym.market.records import TimeInForce, trader_dtype

pytestmark = pytest.mark.kernel


def trader_with(orders=40):
    trader = np.zeros(1, trader_dtype(orders, 4, 2 * orders + 8))[0]
    clear_trader(trader, 0, 0)
    return trader


def line(trader, side):
    k = line_of(side)
    return trader["live_slots"][k][: trader["live_count"][k]].tolist()


def put(trader, slot, side, px, tif=TimeInForce.GTC):
    order = trader["orders"][slot]
    order["side"], order["px_ticks"], order["time_in_force"] = side, px, tif
    join(trader, slot)
    watch(trader)


def test_nobody_stands_anywhere_at_first():
    trader = trader_with()
    assert (best_px(trader, 1), best_px(trader, -1)) == (-FAR, FAR)
    assert not trader["has_several"]


@pytest.mark.parametrize("side", [1, -1])
def test_any_coming_and_going_keeps_the_lines_sorted(side):
    random = np.random.default_rng(side + 5)
    trader, naive = trader_with(), []  # naive: (price, arrival, slot)
    put(trader, 39, -side, 100 + side * 50)
    for step in range(400):
        if (naive and random.random() < 0.45) or len(naive) > 30:
            gone = naive.pop(int(random.integers(len(naive))))
            leave(trader, gone[2])
            watch(trader)
        else:
            free = set(range(39)) - {slot for _, _, slot in naive}
            entry = (int(random.integers(90, 110)), step, int(random.choice(list(free))))
            naive.append(entry)
            put(trader, entry[2], side, entry[0], step % 4)
        naive.sort(key=lambda e: (-side * e[0], e[1]))
        assert line(trader, side) == [slot for _, _, slot in naive]
        assert line(trader, -side) == [39]
        prices = [px for px, _, _ in naive]
        assert trader["has_several"] == (len(naive) > 1)
        if naive:
            names = ("bid_high_ticks", "bid_low_ticks")
            names = names if side > 0 else ("ask_low_ticks", "ask_high_ticks")
            assert [trader[name] for name in names] == [prices[0], prices[-1]]
            assert trader["bid_slot" if side > 0 else "ask_slot"] == naive[0][2]
        days = [s for _, _, s in naive if trader["orders"][s]["time_in_force"] == TimeInForce.DAY]
        assert trader["day_count"] == len(days)
        for px in (89, 95, 100, 110):
            better = sum(side * (p - px) > 0 for p in prices)
            assert first_at(trader, side, px) == better
