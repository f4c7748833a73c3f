"""Estimated places: the same on a feed of levels as on the feed of orders that it was made of."""

import numpy as np
import pytest

from hft_gym.market.queues.power import Power
from hft_gym.tape.rows import Flag, Kind
from tests.market.queues.samples import AT_HAND, Whole, desk, fills_of, in_levels, name_of, start
from tests.naive.queues import NaiveLevelOrder
from tests.random_tapes import START_NS, random_tape

pytestmark = [pytest.mark.kernel, pytest.mark.long]


def level_events(tape, arrival_ns, side, px):
    """(lots at a level on arrival, what a feed of levels tells of it afterwards)."""
    level, told, events = 0, 0, []
    names = ("ts_exchange_ns", "kind", "side", "px_ticks", "lots", "flags")
    for ts_ns, kind, row_side, row_px, lots, flags in zip(
        *(getattr(tape, n).tolist() for n in names), strict=True
    ):
        if ts_ns <= arrival_ns:
            if kind == Kind.LEVEL and (row_side, row_px) == (side, px):
                level = lots
            elif kind == Kind.CLEAR:
                level = 0
            continue
        crosses = kind == Kind.LEVEL and row_side == -side and side * (px - row_px) >= 0
        if kind == Kind.CLEAR or (crosses and lots > 0):  # another story begins
            events = [event for event in events if event[2] != ts_ns]
            break
        if kind == Kind.LEVEL and (row_side, row_px) == (side, px):
            events.append(("level", lots, ts_ns))
        elif kind == Kind.TRADE and row_side == -side and not flags & Flag.CROSSED:
            told = side * (px - row_px)
            if told >= 0:
                events.append(("trade" if told == 0 else "through", lots, ts_ns))
    return level, events


@pytest.mark.parametrize("model", AT_HAND, ids=name_of)
def test_places_and_fills_equal_the_slow_twin(model):
    compared = fills = 0
    for seed in range(6):
        tape = in_levels(random_tape(seed + 50, 250)).tape()
        for side, away in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
            here = desk(model)
            here.writer = Whole(tape)
            at_ms = start(tape) + 2 * seed
            here.run(at_ms)
            own = here.displayed()[0 if side > 0 else 1 :: 2]
            there = np.flatnonzero(own)
            if there.size < 2:
                continue
            px = int(50 + (there[-1 - away] if side > 0 else there[away]))
            here.new(0, at_ms, side, px, 4, post_only=True)
            level, events = level_events(tape, START_NS + int(at_ms * 1e6), side, px)
            here.run(at_ms + 1e-6)
            naive = NaiveLevelOrder(model, 4, level)
            assert here.order(0)["front_lots"] == level
            for k, (what, lots, ts_ns) in enumerate(events[:40]):
                if naive.leaves == 0:
                    break
                if what == "level":
                    naive.level_is(lots)
                else:
                    fills += naive.trade(lots) if what == "trade" else 0
                    if what == "through":
                        break
                if any(t == ts_ns for _, _, t in events[k + 1 :]):
                    continue  # compare where the nanosecond is over
                here.run((ts_ns - START_NS) / 1e6 + 1e-6)
                order = here.order(0)
                assert int(order["leaves_lots"]) == naive.leaves, (seed, side, ts_ns)
                if naive.leaves:
                    assert order["front_lots"] == pytest.approx(naive.front, abs=1e-9), (
                        seed,
                        side,
                        away,
                        px,
                        ts_ns,
                        what,
                        lots,
                    )
                compared += 1
    assert compared > 40
    assert fills > 5


@pytest.mark.parametrize("model", AT_HAND[:2], ids=name_of)
def test_single_orders_are_seen_as_levels(model):
    filled = 0
    for seed in range(4):
        orders = random_tape(seed + 30, 300)
        levels = in_levels(orders).tape()
        at_ms = start(orders)
        arrivals = [
            (at_ms + k, 1 - 2 * (k % 2), 100 - (1 - 2 * (k % 2)) * (2 + k // 3), 3)
            for k in range(12)
        ]
        until = float(orders.ts_exchange_ns[-1] - START_NS) / 1e6
        found, one = fills_of(model, orders, arrivals, until)
        again, two = fills_of(model, levels, arrivals, until)
        assert found == again
        assert one.me["cash_ticks"] == two.me["cash_ticks"]
        for slot in range(len(arrivals)):
            fronts = [d.order(slot)["front_lots"] for d in (one, two)]
            if one.order(slot)["leaves_lots"]:
                assert fronts[0] == pytest.approx(fronts[1])
        filled += len(found)
    assert filled > 10


def test_prints_are_not_counted_twice():
    here = desk(Power(2.0), book=[(1, 100, 10), (-1, 103, 5)])
    here.new(0, 1, 1, 100)
    here.add(2, 1, 100, 6)
    here.trade(3, 100, 4, [(0, 4)])  # the level shrinks by what traded: no cancel
    here.run(3.5)
    assert here.order(0)["front_lots"] == 6
    assert here.order(0)["traded_lots"] == 0
    here.writer.row(Kind.TRADE, -1, 100, 2)  # a packet with the print alone
    here.writer.send(START_NS + 4_000_000)
    here.run(4.5)
    assert (here.order(0)["front_lots"], here.order(0)["traded_lots"]) == (4, 2)
    here.reduce(5, 1, 100, 2, 0)
    here.run(5.5)
    assert (here.order(0)["front_lots"], here.order(0)["traded_lots"]) == (4, 0)


def test_growth_that_passed_unseen_ends_an_old_print():
    here = desk(Power(2.0), book=[(1, 100, 10), (-1, 103, 5)])
    here.new(0, 1, 1, 100)
    here.writer.row(Kind.TRADE, -1, 100, 2)
    here.writer.send(START_NS + 2_000_000)
    key = here.add(3, 1, 100, 8)  # a feed of levels would tell 18 here
    here.reduce(4, 1, 100, 4, key)
    here.run(5)
    naive = NaiveLevelOrder(Power(2.0), 1, 10)
    naive.trade(2)
    naive.level_is(18)
    naive.level_is(14)
    assert here.order(0)["front_lots"] == pytest.approx(naive.front)


def test_never_more_than_traded():
    here = desk(Power(0.1), book=[(1, 100, 2), (-1, 103, 5)])
    here.new(0, 1, 1, 100, 50)
    key = here.add(2, 1, 100, 30)
    here.reduce(3, 1, 100, 29, key)
    here.run(3.5)
    here.trade(4, 100, 1)
    here.run(5)
    assert here.me["position_lots"] <= 1


def test_a_level_that_crosses_ours_fills_it():
    here = desk(Power(2.0))
    here.new(0, 1, 1, 102, 2)
    here.writer.row(Kind.LEVEL, -1, 101, 5)
    here.writer.send(START_NS + 2_000_000)
    here.run(3)
    assert (here.me["position_lots"], here.me["cash_ticks"]) == (2, -204)
    assert here.me["consumed_lots"] == 2
