"""The straight path gives what the rules give, and leaves alone what is not usual."""

import numpy as np
import pytest

from hft_gym.kernel import idmap
from hft_gym.tape import l3
from hft_gym.tape.marks import BLOCK_DTYPE, lay_out, mark, words_of
from hft_gym.tape.orders import BLOCK, Anomaly, BookMemory
from hft_gym.tape.packets import LONGEST_PACKET_ROWS
from hft_gym.tape.usual import is_settled, take_usual
from tests.dbn_files import BAD_BOOK, LAST, SNAPSHOT, TICK_E9, TOB, mbo, random_records

pytestmark = pytest.mark.kernel

FIRST = [("A", "B", 1, 10, 5, 0), ("A", "A", 2, 12, 5, 0)]


def book_with(*rows, is_writing=True):
    memory = BookMemory(TICK_E9, is_writing=is_writing)
    memory.make_room(100)
    by_the_rules(memory, mbo(*rows))
    return memory


def by_the_rules(memory, records):
    for record in records:
        assert l3._take_by_the_rules(memory.book, record) == 0


def straight(memory, records):
    """How many of up to a block of records were usual."""
    records.flags.writeable = False
    count, blocks = len(records), np.zeros(1, BLOCK_DTYPE)
    lay_out(memory.book, words_of(records), 0, count, blocks)
    mark(memory.book, blocks)
    return take_usual(memory.book, records, 0, count, blocks)


def state_of(memory):
    """All that the book knows, but for the sequence and how rows that come next are marked."""
    book = memory.book
    skipped = ("row_flags", "sequence", "observation_count", "levels_state", "stop")
    names = [n for n in book.dtype.names if n not in skipped and not n.endswith("_address")]
    touch = [book["levels_state"][name] for name in ("best_bid_level", "best_ask_level", "pages")]
    rows = int(book["rows"])
    columns = {name: column.tolist() for name, column in memory.first_rows(rows).items()}
    used = memory.orders[memory.orders["is_used"] != 0]
    return [book[name].tolist() for name in names], touch, used.tolist(), columns


USUAL = {
    "a bid": [("A", "B", 3, 11, 7, LAST)],
    "an ask": [("A", "A", 3, 12, 7, 0)],
    "another page": [("A", "A", 3, -4, 7, LAST)],
    "a whole cancel": [("C", "B", 1, 10, 5, LAST)],
    "a partial one": [("C", "B", 1, 10, 2, LAST)],
    "one without side": [("C", "N", 2, 11, 5, LAST)],
    "less": [("M", "B", 1, 10, 3, LAST)],
    "as it was": [("M", "B", 1, 10, 5, LAST)],
    "more": [("M", "B", 1, 10, 6, LAST)],
    "another price": [("M", "B", 1, 9, 5, LAST)],
    "another side": [("M", "A", 1, 13, 5, LAST)],
    "a trade": [("T", "B", 0, 12, 3, 0), ("F", "A", 2, 12, 3, 0), ("C", "A", 2, 12, 3, LAST)],
    "a refill": [("F", "A", 2, 11, 5, 0), ("M", "A", 2, 12, 5, LAST)],
    "less after fills": [("F", "A", 2, 11, 1, 0), ("M", "A", 2, 12, 4, LAST)],
    "fills beyond": [("F", "A", 2, 12, 2**31 - 1, 0), ("F", "A", 2, 12, 9, LAST)],
    "a trade without side": [("T", "N", 7, 5, 3, LAST)],
    "crossed": [("A", "A", 3, 10, 7, LAST), ("C", "A", 3, 10, 7, LAST), ("A", "B", 3, 9, 1, LAST)],
    "flags that say nothing": [("A", "B", 3, 11, 7, LAST | 3)],
}


@pytest.mark.parametrize("rows", USUAL.values(), ids=USUAL)
@pytest.mark.parametrize("is_writing", [True, False])
def test_it_does_what_the_rules_do(rows, is_writing):
    fast, slow = (book_with(*FIRST, is_writing=is_writing) for _ in range(2))
    records = mbo(*FIRST, *rows)[2:]
    for memory in (fast, slow):  # the page of a price must be there
        l3.ladder.put(memory.book["levels_state"], -1, -4, 1)
    assert straight(fast, records) == len(rows)
    by_the_rules(slow, records)
    assert state_of(fast) == state_of(slow)


@pytest.mark.parametrize("seed", range(8))
def test_blocks_and_rules_agree_on_a_nasty_stream(seed):
    records = random_records(seed, 500)
    records.flags.writeable = False
    fast, slow = BookMemory(TICK_E9), BookMemory(TICK_E9)
    for memory in (fast, slow):
        memory.make_room(1000)
    assert l3.resolve(fast.books, records, 0) == len(records)
    by_the_rules(slow, records)
    assert state_of(fast) == state_of(slow)
    for name in ("sequence", "observation_count"):
        assert np.array_equal(fast.book[name], slow.book[name])


@pytest.mark.parametrize(("cancelled", "filled_left"), [(1, 2), (3, 0), (4, 0), (5, 0)])
def test_a_cancel_takes_what_was_filled_first(cancelled, filled_left):
    memory = book_with(*FIRST, ("F", "B", 1, 10, 3, 0))
    rows = [*FIRST, ("C", "B", 1, 10, cancelled, LAST), ("A", "B", 1, 10, 9, LAST)]
    place = idmap.locate(memory.orders, np.uint64(1))
    records = mbo(*rows)
    assert straight(memory, records[2:3]) == 1
    assert memory.orders[place]["filled_lots"] == filled_left
    if cancelled == 5:  # gone; whoever comes next has no fills
        memory.orders[place]["filled_lots"] = 7
        assert straight(memory, records[3:]) == 1
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
        ("M", "B", 3, 10, 3, LAST),
        ("M", "N", 1, 10, 3, LAST),
        ("M", "B", 1, 2**20, 3, LAST),
        ("F", "B", 3, 10, 3, 0),
        ("R", "N", 0, 1, 1, LAST),
        ("N", "N", 0, 1, 1, LAST),
        ("X", "N", 0, 1, 1, LAST),
    ],
)
def test_what_is_not_usual_ends_the_block_and_changes_nothing(row):
    memory, other = book_with(*FIRST), book_with(*FIRST)
    usual = ("C", "B", 1, 10, 1, LAST)
    records = mbo(*FIRST, usual, row, usual)[2:]
    assert straight(memory, records) == 1
    assert straight(other, records[:1]) == 1
    assert memory.orders.tobytes() == other.orders.tobytes()
    for found in (memory, other):  # rules look at the clocks themselves
        found.book["ts_exchange_ns"] = found.book["ts_local_ns"] = 0
    assert state_of(memory) == state_of(other)


def test_a_price_between_ticks_is_not_usual():
    memory = book_with(*FIRST)
    records = mbo(*FIRST, ("A", "B", 3, 10, 5, 0))[2:]
    records["price"] += 1
    assert straight(memory, records) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("free_slots", BLOCK - 1),
        ("in_snapshot", 1),
        ("sequence", -1),
        ("rows", LONGEST_PACKET_ROWS - 2 * BLOCK),
    ],
)
def test_a_book_that_is_not_settled(field, value):
    memory = book_with(*FIRST)
    assert is_settled(memory.book)
    memory.book[field] = value
    assert not is_settled(memory.book)
    memory.book[field] = {"in_snapshot": 0, "rows": value - 1}.get(field, value + 1)
    assert is_settled(memory.book)


@pytest.mark.parametrize("left", range(-1, 2 * BLOCK + 3))
def test_a_block_ends_no_packet_later_than_the_rules_do(left):
    moves = [("M", "B", 1, 9 + k % 2, 5, 0) for k in range(BLOCK)]  # two rows each
    records = mbo(*FIRST, *moves)[2:]
    records.flags.writeable = False
    fast, slow = (book_with(*FIRST, is_writing=False) for _ in range(2))
    for memory in (fast, slow):
        memory.book["rows"] = LONGEST_PACKET_ROWS - left
    assert l3.resolve(fast.books, records, 0) == len(records)
    by_the_rules(slow, records)
    assert state_of(fast) == state_of(slow)
    assert slow.book["anomaly_count"][Anomaly.ENDLESS_PACKET] == (left <= 2 * BLOCK)
