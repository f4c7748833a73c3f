"""What records tell by themselves, against a look at each of them in plain Python."""

import numpy as np
import pytest

from hft_gym.kernel import idmap
from hft_gym.tape.marks import (
    BLOCK_DTYPE,
    MAX_LOTS,
    ODD,
    follow_sequence,
    lay_out,
    mark,
    words_of,
)
from hft_gym.tape.orders import BLOCK, BookMemory, Observation
from tests.dbn_files import (
    BAD_BOOK,
    BAD_TS,
    LAST,
    MBP,
    SNAPSHOT,
    START_NS,
    TICK_E9,
    TOB,
    UNDEF_PRICE,
    mbo,
    random_records,
)

pytestmark = pytest.mark.kernel

FARTHEST = 2**31 - 1


def laid_out(memory, records, first, blocks):
    """How many records from `first` on the block holds now."""
    records.flags.writeable = False
    count = min(BLOCK, len(records) - first)
    lay_out(memory.book, words_of(records), first, count, blocks)
    return count


def marked(records, first=0, tick_e9=TICK_E9, now_ns=START_NS):
    memory, blocks, ticks = BookMemory(tick_e9), np.zeros(1, BLOCK_DTYPE), []
    memory.book["ts_exchange_ns"], memory.book["ts_local_ns"] = now_ns, now_ns
    while first < len(records):
        count = laid_out(memory, records, first, blocks)
        mark(memory.book, blocks)
        ticks += blocks["px_ticks"][0, :count].tolist()
        first += count
        # the book's clocks never run back, but here each record is compared with the one before
        for clock, name in (("ts_exchange_ns", "ts_event"), ("ts_local_ns", "ts_recv")):
            memory.book[clock] = records[name][first - 1].view("i8")
    return ticks


def expected(records, tick_e9=TICK_E9, now_ns=START_NS):
    ticks, event, recv = [], now_ns, now_ns
    for record in records:
        px_ticks, rest = divmod(int(record["price"]), tick_e9)
        ts_event, ts_recv = (int(np.int64(record[n].view("i8"))) for n in ("ts_event", "ts_recv"))
        is_plain = (
            rest == 0
            and abs(px_ticks) <= FARTHEST
            and 0 < record["size"] <= MAX_LOTS
            and not record["flags"] & (TOB | SNAPSHOT | MBP | BAD_TS | BAD_BOOK)
            and event <= ts_event < UNDEF_PRICE
            and recv <= ts_recv < UNDEF_PRICE
        )
        event, recv = ts_event, ts_recv
        ticks.append(px_ticks if is_plain else ODD)
    return ticks


@pytest.mark.parametrize("seed", range(4))
def test_nasty_records_are_marked(seed):
    records = random_records(seed, 200)
    found = marked(records)
    assert found == expected(records)
    assert 10 < found.count(ODD) < 180


def test_a_block_need_not_begin_with_the_first_record():
    records = random_records(5, 40)
    before = int(records["ts_recv"][6])
    assert marked(records, first=7, now_ns=before) == expected(records[7:], now_ns=before)


@pytest.mark.parametrize("tick_e9", [1, TICK_E9, 10**9])
@pytest.mark.parametrize(
    "price",
    [0, 1, -1, TICK_E9, -TICK_E9, -37_630_000_000, 10**9 * FARTHEST, -(10**9) * FARTHEST,
     10**9 * (FARTHEST + 1), UNDEF_PRICE, -UNDEF_PRICE, -(2**63), 2**62, 2**53 + 1],
)  # fmt: skip
def test_prices_are_exact_or_odd(price, tick_e9):
    records = mbo(("A", "B", 1, 0, 1, LAST))
    records["price"] = price
    assert marked(records, tick_e9=tick_e9) == expected(records, tick_e9)


@pytest.mark.parametrize("clock", ["ts_event", "ts_recv"])
@pytest.mark.parametrize("ts_ns", [0, START_NS - 1, 2**63 - 1, 2**63, 2**64 - 1])
def test_times_that_are_none_or_run_back_are_odd(clock, ts_ns):
    records = mbo(*[("A", "B", k, 10, 1, LAST) for k in range(3)])
    records[clock][1] = ts_ns
    assert marked(records) == expected(records)
    assert marked(records)[:2] == [10, ODD]


@pytest.mark.parametrize(("size", "is_odd"), [(0, 1), (1, 0), (2**31 - 1, 0), (2**31, 1)])
def test_sizes(size, is_odd):
    assert marked(mbo(("A", "B", 1, 10, size, LAST))) == [ODD if is_odd else 10]


@pytest.mark.parametrize("bit", range(8))
def test_flags_that_say_something(bit):
    found = marked(mbo(("A", "B", 1, 10, 1, 1 << bit)))
    assert found == [10 if bit in (0, 1, 7) else ODD]


def test_the_search_for_an_order_begins_at_its_home():
    memory, blocks = BookMemory(TICK_E9), np.zeros(1, BLOCK_DTYPE)
    records = random_records(2, 60)
    mask = np.uint64(len(memory.orders) - 1)
    for first, count in ((10, BLOCK), (42, 18)):
        assert laid_out(memory, records, first, blocks) == count
        ids = records["order_id"][first : first + count]
        assert blocks["home_slot"][0, :count].tolist() == [int(idmap.home(mask, i)) for i in ids]


def test_a_short_block_leaves_the_others_as_they_were():
    blocks = np.zeros(1, BLOCK_DTYPE)
    for name in BLOCK_DTYPE.names:
        blocks[name] = 7
    records = random_records(3, 3)
    assert laid_out(BookMemory(TICK_E9), records, 1, blocks) == 2
    for name in ("ts_event", "ts_recv", "price", "sequence"):
        assert blocks[name][0, :2].tolist() == records[name][1:].astype("i8").tolist()
    assert all((blocks[name][0, 2:] == 7).all() for name in BLOCK_DTYPE.names)


def test_sequence_numbers_are_followed():
    records = mbo(*[("A", "B", k, 10, 1, LAST) for k in range(6)])
    records["sequence"] = [5, 6, 9, 9, 2**32 - 1, 3]
    memory, blocks = BookMemory(TICK_E9), np.zeros(1, BLOCK_DTYPE)
    memory.book["sequence"] = 3
    laid_out(memory, records, 0, blocks)
    follow_sequence(memory.book, blocks, 4)
    laid_out(memory, records, 4, blocks)
    follow_sequence(memory.book, blocks, 0)
    assert memory.book["sequence"] == 9
    follow_sequence(memory.book, blocks, 2)
    counts = memory.book["observation_count"]
    assert counts[Observation.SEQUENCE_GAPS] == 3
    assert counts[Observation.SEQUENCE_FELL] == 1
    assert memory.book["sequence"] == 3
