"""Sorted levels against a dict, over the whole range of 64-bit prices."""

import numpy as np
import pytest

from hft_gym.book import price_levels
from hft_gym.book.price_levels import SORTED_DTYPE, SortedLevels

pytestmark = pytest.mark.kernel

EDGES = [-(2**63), -(2**63) + 1, -1, 0, 1, 2**62, 2**63 - 2]
NOTHING = 12345


def shown(book, side):
    """(price, lots, orders) of a side, best first."""
    levels = price_levels.levels_of(book)
    best = int(price_levels.best_place(book, side))
    row = 0 if side > 0 else 1
    found = [levels[best - k] for k in range(int(book["level_count"][row]))]
    return [
        (
            int(price_levels.rank_of(side, level["rank_e9"])),
            int(level["lots"]),
            int(level["orders"]),
        )
        for level in found
    ]


@pytest.mark.parametrize("prices", [range(40, 60), range(0, 10**12, 10**9), EDGES])
def test_it_is_a_dict(prices):
    rng = np.random.default_rng(3)
    books = np.zeros(1, SORTED_DTYPE)
    memory, book = SortedLevels(books[0], 4), books[0]
    held = {}
    for _ in range(500):
        if held and rng.random() < 0.5:
            side, price = list(held)[rng.integers(len(held))]
            lots, orders = held[side, price]
            gone = int(rng.integers(1, lots + 1))
            left = orders if gone == lots else int(rng.integers(0, orders))
        else:
            side, price = int(rng.choice([-1, 1])), int(prices[rng.integers(len(prices))])
            lots, orders = held.get((side, price), (0, 0))
            gone, left = -int(rng.integers(1, 9)), -1
        if not price_levels.has_room(book):
            memory.grow()
        price_levels.change(book, side, price, -gone, -left)
        held[side, price] = lots - gone, orders - left
        if lots == gone:
            del held[side, price]
        for way in (1, -1):
            expected = sorted(((p, *rest) for (s, p), rest in held.items() if s == way))
            assert shown(book, way) == expected[::-way]
            best = expected[-1 if way > 0 else 0][0] if expected else NOTHING
            assert price_levels.best_e9(book, way, NOTHING) == best
        there = held.get((side, price), (0, 0))[0]
        assert price_levels.lots_at(book, side, price) == there
    price_levels.clear(book)
    assert shown(book, 1) == shown(book, -1) == []


def test_growing_keeps_both_sides():
    books = np.zeros(1, SORTED_DTYPE)
    memory, book = SortedLevels(books[0], 1), books[0]
    for k in range(70):
        for side in (1, -1):
            if not price_levels.has_room(book):
                memory.grow()
            price_levels.change(book, side, 7 * k % 71, k + 1, 1)
    assert [price for price, _, _ in shown(book, 1)] == sorted({7 * k % 71 for k in range(70)})[
        ::-1
    ]
    assert sum(lots for _, lots, _ in shown(book, -1)) == 70 * 71 // 2
