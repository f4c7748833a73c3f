"""The straight path gives what the rules give, and leaves alone what is not usual."""

import numpy as np
import pytest

from hft_gym.kernel import idmap
from hft_gym.tape import l3
from hft_gym.tape.orders import BookMemory
from hft_gym.tape.usual import take_usual
from tests.dbn_files import BAD_BOOK, LAST, SNAPSHOT, TICK_E9, TOB, mbo

pytestmark = pytest.mark.kernel


def book_with(*rows):
    memory = BookMemory(TICK_E9)
    memory.make_room(20)
    for record in mbo(*rows):
        assert l3.take(memory.book, record) == 0
    return memory


def state_of(memory):
    columns = {name: column.tolist() for name, column in memory.columns.items()}
    used = np.flatnonzero(memory.orders["is_used"])
    return memory.book.tolist()[:-8], memory.orders[used].tolist(), columns


FIRST = [("A", "B", 1, 10, 5, 0), ("A", "A", 2, 12, 5, 0)]


@pytest.mark.parametrize(
    "row",
    [
        ("A", "B", 3, 11, 7, LAST),
        ("A", "A", 3, 12, 7, 0),
        ("A", "A", 3, -4, 7, LAST),
        ("C", "B", 1, 10, 5, LAST),
        ("C", "B", 1, 10, 2, LAST),
        ("C", "N", 2, None, 5, LAST),
    ],
)
def test_it_does_what_the_rules_do(row):
    fast, slow = book_with(*FIRST), book_with(*FIRST)
    record = mbo(*FIRST, row)[-1]
    for memory in (fast, slow):  # the page of a price must be there
        l3.ladder.put(memory.book["levels_state"], -1, -4, 1)
    assert take_usual(fast.book, record)
    assert l3.take(slow.book, record) == 0
    (fast_book, *fast_rest), (slow_book, *slow_rest) = state_of(fast), state_of(slow)
    assert fast_rest == slow_rest
    different = [
        name
        for name, one, other in zip(fast.book.dtype.names, fast_book, slow_book, strict=False)
        if not np.array_equal(one, other) and not name.endswith("_state")
    ]
    assert [name for name in different if not name.endswith("_address")] == []
    touch = ("best_bid_level", "best_ask_level")
    assert [fast.book["levels_state"][n] for n in touch] == [
        slow.book["levels_state"][n] for n in touch
    ]


@pytest.mark.parametrize(("cancelled", "filled_left"), [(1, 2), (3, 0), (4, 0), (5, 0)])
def test_a_cancel_takes_what_was_filled_first(cancelled, filled_left):
    memory = book_with(*FIRST, ("F", "B", 1, 10, 3, 0))
    rows = [*FIRST, ("C", "B", 1, 10, cancelled, LAST), ("A", "B", 1, 10, 9, LAST)]
    place = idmap.locate(memory.orders, np.uint64(1))
    cancel, add = mbo(*rows)[-2:]
    assert take_usual(memory.book, cancel)
    assert memory.orders[place]["filled_lots"] == filled_left
    if cancelled == 5:  # gone; whoever comes next has no fills
        memory.orders[place]["filled_lots"] = 7
        assert take_usual(memory.book, add)
        assert memory.orders[place]["filled_lots"] == 0


@pytest.mark.parametrize(
    "row",
    [
        ("A", "B", 1, 10, 5, LAST),  # there already
        ("A", "N", 3, 10, 5, LAST),
        ("A", "B", 3, None, 5, LAST),
        ("A", "B", 3, 10, 0, LAST),
        ("A", "B", 3, 10, 2**32 - 1, LAST),
        ("A", "B", 3, 2**20, 5, LAST),  # no page yet
        ("A", "B", 3, 10, 5, LAST | TOB),
        ("A", "B", 3, 10, 5, LAST | SNAPSHOT),
        ("A", "B", 3, 10, 5, LAST | BAD_BOOK),
        ("A", "B", 3, 10, 5, LAST, -1),  # time runs back
        ("C", "B", 3, 10, 5, LAST),
        ("C", "B", 1, 10, 6, LAST),
        ("C", "B", 1, 10, 0, LAST),
        ("M", "B", 1, 10, 3, LAST),
        ("T", "B", 1, 10, 3, 0),
        ("F", "B", 1, 10, 3, 0),
        ("R", "N", 0, None, 0, LAST),
    ],
)
def test_what_is_not_usual_changes_nothing(row):
    memory = book_with(*FIRST)
    before = memory.books.tobytes(), memory.orders.tobytes()
    assert not take_usual(memory.book, mbo(*FIRST, row)[-1])
    assert (memory.books.tobytes(), memory.orders.tobytes()) == before


def test_a_full_book_is_not_usual():
    memory = book_with(*FIRST)
    memory.book["free_slots"] = 0
    assert not take_usual(memory.book, mbo(*FIRST, ("A", "B", 3, 10, 5, 0))[-1])


def test_a_price_between_ticks_is_not_usual():
    memory = book_with(*FIRST)
    record = mbo(*FIRST, ("A", "B", 3, 10, 5, 0))[-1]
    record["price"] += 1
    assert not take_usual(memory.book, record)
