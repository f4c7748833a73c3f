"""Entries go into memory that was there before, and out of it without loss."""

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import Entry, NoJournal, must_drain, note
from hft_gym.market.journal.buffer import JournalBuffer
from hft_gym.market.records import Event
from tests.market.risk.desks import trader_with

pytestmark = pytest.mark.kernel

MODIFIED = int(Event.MODIFIED)


@kernel
def write_until(model, trader, k, stop):
    """Write entries with growing lots until all are written or the buffer wants a drain."""
    while k < stop and not must_drain(model, trader):
        note(model, trader, Entry(MODIFIED, 0, 0, 1, 1, 100, k, k, k))
        k += 1
    return k


@kernel
def write(model, trader, first, stop):
    for k in range(first, stop):
        note(model, trader, Entry(MODIFIED, 0, 0, 1, 1, 100, k, k, k))


def attached(capacity):
    buffer, trader = JournalBuffer(capacity), trader_with()
    buffer.attach(trader)
    return buffer, trader


@pytest.mark.parametrize("capacity", [2, 3, 64, 4096])
def test_nothing_is_lost_however_small_the_buffer(capacity):
    buffer, trader = attached(capacity)
    k = 0
    while k < 1_000:
        reached = write_until(buffer.model(), trader, k, 1_000)
        assert reached > k
        assert buffer.drain()["lots"].tolist() == list(range(k, reached))
        k = reached
    assert buffer.entries()["lots"].tolist() == list(range(1_000))
    assert buffer.entries().size == 1_000
    assert (buffer.capacity > capacity) == (capacity < 1_000)  # a busy buffer grows


def test_too_much_between_two_drains_is_an_error_not_a_gap():
    buffer, trader = attached(8)
    write(buffer.model(), trader, 0, 8)
    assert buffer.drain().size == 8
    write(buffer.model(), trader, 0, buffer.capacity + 3)
    with pytest.raises(ConfigError, match=f"lost 3 entries.*above {buffer.capacity}"):
        buffer.drain()


def test_an_entry_shows_nothing_of_the_one_whose_place_it_takes():
    buffer, trader = attached(4)
    order = trader["orders"][0]
    order["order_id"], order["ahead_lots"], order["leaves_lots"] = 1, 55, 66
    write(buffer.model(), trader, 0, 1)
    assert buffer.drain()["ahead_lots"].tolist() == [55]
    order["order_id"] = 2
    write(buffer.model(), trader, 0, 1)
    (entry,) = buffer.drain()
    assert (entry["ahead_lots"], entry["leaves_lots"]) == (0, 0)


def test_traders_have_journals_of_their_own():
    one, first = attached(64)
    two, second = attached(64)
    write(one.model(), first, 0, 5)
    write(two.model(), second, 5, 7)
    assert one.entries()["lots"].tolist() == [0, 1, 2, 3, 4]
    assert two.entries()["lots"].tolist() == [5, 6]


def test_without_a_journal_or_a_buffer_nothing_is_written():
    buffer, trader = attached(64)
    assert write_until(NoJournal(), trader, 0, 100) == 100
    assert buffer.entries().size == 0
    loose = trader_with()
    assert write_until(buffer.model(), loose, 0, 100) == 100
    assert loose["journal_address"] == 0


def test_a_buffer_without_room_is_refused():
    with pytest.raises(ConfigError, match="2 or more"):
        JournalBuffer(1)


def test_entries_are_copies():
    buffer, trader = attached(64)
    write(buffer.model(), trader, 0, 3)
    before = buffer.entries().copy()
    write(buffer.model(), trader, 7, 10)
    buffer.drain()
    assert np.array_equal(buffer.entries()[:3], before)


def test_a_trader_outlives_its_buffer():
    buffer, trader = attached(64)
    model = buffer.model()
    other, _ = attached(64)
    del buffer
    assert trader["journal_address"] == 0
    write(model, trader, 0, 3)  # goes nowhere, and does no harm
    buffer = JournalBuffer(64)
    buffer.attach(trader)
    other.attach(trader)
    del buffer
    assert trader["journal_address"] != 0  # another one's
