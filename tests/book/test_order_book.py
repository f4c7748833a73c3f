"""The book of orders, rule by rule."""

import numpy as np
import pytest

from hft_gym.book.depth import DepthReader
from hft_gym.book.order_book import OrderBook, has_room
from tests.dbn_files import ES_ID, LAST, MBP, SNAPSHOT, TICK_E9, TOB, mbo

pytestmark = pytest.mark.kernel


def books_after(*rows, **about):
    """(bids, asks) after each row, as lists of (ticks, lots, orders), and the anomalies."""
    records = mbo(*rows, **about)
    records["flags"] |= LAST
    reader = DepthReader(4)
    found = reader.rows(records)
    sides = [
        [
            [
                (int(px) // TICK_E9, int(lots), int(orders))
                for px, lots, orders in zip(
                    found.price_e9[page, k], found.lots[page, k], found.orders[page, k], strict=True
                )
                if lots
            ]
            for page in (0, 1)
        ]
        for k in range(len(records))
    ]
    return sides, reader.books[ES_ID].anomalies


def test_trades_and_fills_leave_the_book():
    states, odd = books_after(
        ("A", "A", 1, 10, 5, 0),
        ("T", "B", 0, 10, 3, 0),
        ("F", "A", 1, 10, 3, 0),
        ("F", "A", 9, 10, 2, 0),
        ("N", "N", 0, None, 0, 0),
        ("C", "A", 1, 10, 3, 0),
    )
    assert states == [[[], [(10, 5, 1)]]] * 5 + [[[], [(10, 2, 1)]]]
    assert odd == {}


def test_modifies():
    states, odd = books_after(
        ("A", "B", 1, 10, 5, 0),
        ("M", "B", 1, 10, 3, 0),  # decrease
        ("M", "B", 1, 10, 3, 0),  # nothing
        ("M", "B", 1, 10, 4, 0),  # increase
        ("M", "N", 1, 9, 4, 0),  # another price; the side is the order's own
        ("M", "A", 1, 12, 4, 0),  # another side
        ("M", "A", 7, 12, 4, 0),  # unknown: an add
        ("M", "A", 7, 12, 2**32 - 1, 0),  # no size
        ("M", "A", 7, 12, 0, 0),  # to nothing: gone
        ("M", "N", 8, 12, 1, 0),  # unknown and without side
    )
    assert [bids for bids, _ in states[:6]] == [
        [(10, 5, 1)], [(10, 3, 1)], [(10, 3, 1)], [(10, 4, 1)], [(9, 4, 1)], [],
    ]  # fmt: skip
    assert [asks for _, asks in states[5:]] == [
        [(12, 4, 1)], [(12, 8, 2)], [(12, 8, 2)], [(12, 4, 1)], [(12, 4, 1)],
    ]  # fmt: skip
    assert odd == {"unknown_modify": 2, "zero_size": 1, "undefined_size": 1, "no_side": 1}


def test_cancels_and_what_is_no_order():
    states, odd = books_after(
        ("A", "B", 1, 10, 5, 0),
        ("C", "B", 1, 10, 2, 0),  # a part
        ("C", "B", 77, 10, 2, 0),
        ("C", "B", 1, 10, 0, 0),
        ("A", "B", 1, 11, 7, 0),  # twice
        ("A", "B", 2, None, 1, 0),
        ("A", "N", 2, 10, 1, 0),
        ("A", "B", 2, 10, 1, TOB),
        ("C", "B", 1, 10, 1, MBP),
        ("A", "B", 2, 10, 2**32 - 1, 0),
        ("Z", "B", 2, 10, 1, 0),
        ("C", "B", 1, 77, 9, 0),  # more than is left, at a price that is not its own
    )
    assert [bids for bids, _ in states] == [[(10, 5, 1)], *[[(10, 3, 1)]] * 10, []]
    assert odd == {
        "unknown_cancel": 1, "zero_size": 1, "duplicate_add": 1, "undefined_price": 1,
        "no_side": 1, "not_an_order": 2, "undefined_size": 1, "unknown_action": 1,
        "cancel_too_large": 1,
    }  # fmt: skip


def test_a_snapshot_a_clear_and_a_crossed_book():
    states, odd = books_after(
        ("R", "N", 0, None, 0, SNAPSHOT | 8),
        ("A", "B", 1, 10, 5, SNAPSHOT | 8, 900),
        ("A", "A", 2, 9, 6, SNAPSHOT | 8, 100),
        ("A", "B", 3, 10, 1, 0),
        ("R", "N", 0, None, 0, TOB),  # whatever its flags
        ("A", "B", 1, 8, 2, 0),
    )
    crossed = [[(10, 6, 2)], [(9, 6, 1)]]
    assert states[2:] == [[[(10, 5, 1)], [(9, 6, 1)]], crossed, [[], []], [[(8, 2, 1)], []]]
    assert odd == {}


def test_prices_of_any_kind():
    records = mbo(*[("A", "B", k, 0, 1, LAST) for k in range(4)], tick_e9=1)
    records["price"] = [-(2**63), 1, 2**63 - 2, -3]
    found = DepthReader(4).rows(records)
    assert found.price_e9[0, 3].tolist() == [2**63 - 2, 1, -3, -(2**63)]


def test_a_book_outgrows_its_room():
    book = OrderBook(room=1)
    assert has_room(book.records[0])
    rows = [("A", "B", 3 * k, k % 50, 1 + k, LAST) for k in range(300)]
    rows += [("C", "B", 3 * k, 0, 10**6, LAST) for k in range(300) if k % 50 != 7]
    reader = DepthReader(50)
    reader.books[ES_ID] = book
    found = reader.rows(mbo(*rows))
    assert found.orders[0, 299].tolist() == [6] * 50
    assert found.lots[0, -1, 0] == sum(1 + k for k in range(300) if k % 50 == 7)
    assert found.price_e9[0, -1, 0] == 7 * TICK_E9
    assert np.all(found.lots[0, -1, 1:] == 0)
    assert book.anomalies == {"cancel_too_large": 294}
