"""Orders and fills as the entries tell them."""

import pytest

from hft_gym.market.journal.tables import JournalTables, OrderStatus
from hft_gym.market.records import Event
from tests.market.journal.stories import START_NS, S, Story, day_of_trading

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module")
def tables():
    return JournalTables(day_of_trading().journal())


def order(tables, order_id):
    (found,) = tables.orders[tables.orders["order_id"] == order_id]
    return found


def test_every_order_that_left_has_one_row(tables):
    assert tables.orders["order_id"].tolist() == [1, 2, 3, 4, 5, 6]
    assert tables.orders["lots"].tolist() == [3, 1, 2, 5, 5, 5]  # the breach's 9 are not one


def test_what_became_of_orders(tables):
    assert [OrderStatus(int(s)).name for s in tables.orders["status_index"]] == [
        "CANCELLED", "FILLED", "FILLED", "REJECTED", "PENDING", "PENDING",
    ]  # fmt: skip
    story = Story()
    story.sent(0, 1, 1, 100, 3)
    story.accepted(1, 1, ahead=7)
    story.filled(2, 1, 2, 100)
    (one,) = JournalTables(story.journal()).orders
    assert one["status_index"] == OrderStatus.PARTIALLY_FILLED
    story.ended(3, 1, Event.EXPIRED)
    (one,) = JournalTables(story.journal()).orders
    assert one["status_index"] == OrderStatus.CANCELLED


def test_sums_of_an_order(tables):
    one, three = order(tables, 1), order(tables, 3)
    assert (one["filled_lots"], one["leaves_lots"], one["paid_ticks"]) == (2, 0, 200)
    assert one["fees_microticks"] == 50_000
    assert (three["px_ticks"], three["last_px_ticks"]) == (104, 102)
    assert (order(tables, 4)["post_only"], one["post_only"]) == (1, 0)
    assert order(tables, 2)["order_type"] == 1


def test_both_clocks_of_an_order(tables):
    one = order(tables, 1)
    assert one["sent_local_ns"] == START_NS
    assert one["arrived_exchange_ns"] == START_NS + S
    assert one["last_exchange_ns"] == START_NS + 9 * S
    assert one["last_local_ns"] == START_NS + 9 * S + S // 2
    assert order(tables, 6)["arrived_exchange_ns"] == 0


def test_the_queue_at_arrival_and_at_the_fill(tables):
    assert tables.orders["ahead_at_arrival_lots"].tolist() == [7, -1, 1, -1, 2, -1]
    fills = tables.fills
    assert fills["ahead_at_arrival_lots"].tolist() == [7, -1, 4]  # the third was moved
    assert fills["ahead_at_fill_lots"].tolist() == [5, 0, 4]
    assert fills["traded_ahead_lots"].tolist() == [5, 0, 4]
    assert fills["is_maker"].tolist() == [1, 0, 1]


def test_fees_and_profit_of_each_fill(tables):
    fills = tables.fills
    assert fills["fees_microticks"].tolist() == [50_000, 200_000, 100_000]
    assert fills["realised_microticks"].tolist() == [0, 3_000_000, 2_000_000]
    assert fills["closed_lots"].tolist() == [0, 1, 1]
    assert fills["position_lots"].tolist() == [2, 1, -1]
    assert fills["cost_microticks"].tolist() == [200_000_000, 100_000_000, -102_000_000]


def test_a_slot_forgets_the_queue_of_its_last_order():
    story = Story()
    story.sent(0, 1, 1, 100, 1)
    story.accepted(1, 1, ahead=7)
    story.filled(2, 1, 1, 100)
    story.sent(3, 5, 1, 103, 1)  # the same slot
    story.accepted(4, 5)
    story.filled(4, 5, 1, 103, taker=True)
    fills = JournalTables(story.journal()).fills
    assert fills["ahead_at_arrival_lots"].tolist() == [7, -1]


def test_an_empty_journal_has_empty_tables():
    tables = JournalTables(Story().journal())
    assert tables.orders.size == tables.fills.size == tables.events.size == 0
