import numpy as np
import pytest

from hft_gym.tape.generated import book
from hft_gym.tape.generated.market import LADDER_TICKS
from hft_gym.tape.generated.world import MAX_ORDERS

pytestmark = pytest.mark.kernel


def queue_of(world, level):
    slots, slot = [], int(world["levels"][level]["front_slot"])
    while slot >= 0:
        slots.append(slot)
        slot = int(world["orders"][slot]["behind_slot"])
    return slots


def check(world):
    """The books kept twice agree: queues, level totals, live slots, the touch."""
    state, orders, levels = (world[name] for name in ("state", "orders", "levels"))
    live = world["live_slots"][: int(state["live_orders"])].tolist()
    found = [slot for level in np.flatnonzero(levels["orders"]) for slot in queue_of(world, level)]
    assert sorted(found) == sorted(live)
    assert [int(orders[slot]["live_index"]) for slot in live] == list(range(len(live)))
    for level in np.flatnonzero(levels["orders"]):
        slots = queue_of(world, level)
        assert levels[level]["orders"] == len(slots)
        assert levels[level]["lots"] == sum(int(orders[s]["lots"]) for s in slots)
        assert len({int(orders[s]["side"]) for s in slots}) == 1
        assert levels[level]["back_slot"] == slots[-1]
    bids = [int(orders[s]["level"]) for s in live if orders[s]["side"] > 0]
    asks = [int(orders[s]["level"]) for s in live if orders[s]["side"] < 0]
    assert state["best_bid_level"] == max(bids, default=-1)
    assert state["best_ask_level"] == min(asks, default=LADDER_TICKS)


def test_random_changes_keep_the_book_consistent(world):
    rng = np.random.default_rng(1)
    for _ in range(400):
        live = world["live_slots"][: int(world["state"]["live_orders"])]
        choice = rng.integers(6) if len(live) else 0
        if choice <= 2:
            side = int(rng.choice([-1, 1]))
            book.rest(world, side, 4096 - side * int(rng.integers(1, 8)), int(rng.integers(1, 9)))
            continue
        slot = int(rng.choice(live))
        order = world["orders"][slot]
        if choice == 3:
            book.remove(world, slot)
        elif choice == 4 and order["lots"] > 1:
            book.shrink(world, slot, 1)
        else:
            away = int(rng.integers(1, 8))
            book.move(world, slot, 4096 - int(order["side"]) * away, int(rng.integers(1, 9)))
        check(world)


def test_front_order_fills_first_and_in_part(world):
    first = book.rest(world, 1, 4000, 3)
    second = book.rest(world, 1, 4000, 4)
    assert book.fill_front(world, 4000, 5, 0) == 3
    assert book.fill_front(world, 4000, 2, 1) == 2
    assert queue_of(world, 4000) == [second]
    assert world["orders"][second]["lots"] == 2
    fills = world["fills"][:2]
    assert fills["filled_lots"].tolist() == [3, 2]
    assert fills["leaves_lots"].tolist() == [0, 2]
    assert world["state"]["free_slot"] == first
    check(world)


def test_a_full_book_takes_no_more(world):
    for _ in range(MAX_ORDERS):
        assert book.rest(world, -1, 5000, 1) >= 0
    assert book.rest(world, -1, 5000, 1) == -1
    assert world["levels"][5000]["orders"] == MAX_ORDERS
