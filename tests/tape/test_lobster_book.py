"""Orders with and without a name, and room that grows under them."""

import numpy as np
import pytest

from hft_gym.kernel.jit import kernel
from hft_gym.tape import levels as ladder
from hft_gym.tape.lobster_book import (
    LobsterMemory,
    has_room,
    leave,
    leave_level,
    orders_of,
    rest,
)

NAMELESS = 0


@kernel
def put_all(books, ids, prices, lots, last_rows):
    for k in range(len(ids)):
        books[0]["message_state"]["last_row"] = last_rows[k]
        rest(books[0], ids[k], 1, prices[k], lots[k])


@kernel
def gone(books, px_ticks, lots, untold, executed):
    leave_level(books[0], 1, px_ticks, lots, untold, executed)


@kernel
def empty(books):
    for slot in range(books[0]["high_slot"]):
        lots = orders_of(books[0])[slot]["lots"]
        if lots > 0:
            leave(books[0], slot, lots, False)


@kernel
def room(books, levels):
    return has_room(books[0], levels)


@kernel
def held(books, px_ticks):
    return ladder.lots_at(books[0]["levels_state"], 1, px_ticks)


def put(memory, *orders):
    """Orders of (id, price, lots, last row)."""
    ids, prices, lots, rows = zip(*orders, strict=True)
    put_all(memory.books, np.array(ids, np.uint64), *(np.array(c) for c in (prices, lots, rows)))


def said(memory):
    """(action, order id, lots) of the records."""
    records = memory.records[: memory.book["records"]]
    return [(chr(r["action"]), int(r["order_id"]), int(r["size"])) for r in records]


@pytest.fixture
def memory():
    memory = LobsterMemory(10)
    memory.grow(2)
    put(memory, (NAMELESS, 5, 3, -1), (7, 5, 2, 0), (8, 5, 4, 9), (NAMELESS, 5, 1, -1))
    memory.book["records"], memory.book["message_row"] = 0, 3
    return memory


FIRST, LAST = 2**63, 2**63 + 3  # ids of the nameless


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("untold", "executed", "order"),
    [
        (True, False, [LAST, FIRST, 7, 8]),  # nameless first, the newest of them
        (True, True, [FIRST, LAST, 7, 8]),
        (False, False, [7, LAST, FIRST, 8]),  # 7 is not heard of again, 8 is
    ],
)
def test_who_has_gone(memory, untold, executed, order):
    gone(memory.books, 5, 10, untold, executed)
    assert [order_id for action, order_id, _ in said(memory) if action == "C"] == order
    assert [action for action, *_ in said(memory)] == (["F", "C"] if executed else ["C"]) * 4
    assert held(memory.books, 5) == 0


@pytest.mark.kernel
def test_no_more_than_there_is_and_parts_of_orders(memory):
    gone(memory.books, 5, 2, True, False)
    assert said(memory) == [("C", LAST, 1), ("C", FIRST, 1)]
    assert held(memory.books, 5) == 8
    gone(memory.books, 5, 100, True, False)
    gone(memory.books, 6, 100, True, False)
    assert (held(memory.books, 5), held(memory.books, 6)) == (0, 0)
    assert memory.book["free_slots"] == memory.book["slots"]


@pytest.mark.kernel
def test_room(memory):
    small = LobsterMemory(10, room=16)
    assert not room(small.books, 5)
    count = 0
    while count < 300:  # more than there is room for, at prices of many pages
        small.grow(5)
        assert room(small.books, 5)
        put(small, *((1 + count + k, 5000 * (count + k), 1, -1) for k in range(20)))
        count += 20
        small.book["records"] = 0
    assert small.book["slots"] >= 300
    assert [held(small.books, 5000 * k) for k in range(300)] == [1] * 300
    empty(small.books)
    assert sorted(order_id for _, order_id, _ in said(small)) == list(range(1, 301))
    assert small.book["free_slots"] == small.book["slots"]
    assert len(small.records) > 2 * small.book["slots"]
