"""The ladder against a book of dicts, after every row."""

import numpy as np
import pytest

from hft_gym.book.ladder import (
    NO_PRICE,
    apply_row,
    apply_rows,
    best_ask_at_or_above,
    best_bid_at_or_below,
    lots_at,
    place_of,
)
from hft_gym.tape.rows import Kind
from tests.random_tapes import random_tape

pytestmark = pytest.mark.kernel

BASE, LEVELS = 60, 80


def rows_of(tape):
    names = ("kind", "side", "px_ticks", "lots")
    return zip(*(getattr(tape, name).tolist() for name in names), strict=True)


def change(book, kind, side, px, lots):
    """What a row means, with a dict (side, price) -> lots."""
    if kind == Kind.ADD:
        book[side, px] = book.get((side, px), 0) + lots
    elif kind == Kind.REDUCE:
        book[side, px] -= lots
    elif kind == Kind.CLEAR:
        book.clear()
    elif kind == Kind.LEVEL:
        book[side, px] = lots


def as_ladder(book, base=BASE, levels=LEVELS):
    ladder = np.zeros(2 * levels, np.int32)
    for (side, px), lots in book.items():
        if base <= px < base + levels:
            ladder[2 * (px - base) + (side < 0)] = lots
    return ladder


def best(book, side, from_px):
    found = [px for (s, px), lots in book.items() if s == side and lots > 0]
    if side > 0:
        return max((px for px in found if px <= from_px), default=NO_PRICE)
    return min((px for px in found if px >= from_px), default=NO_PRICE)


@pytest.mark.parametrize("seed", range(2))
def test_it_is_a_dict_after_every_row(seed):
    tape = random_tape(seed, 500)
    ladder, book = np.zeros(2 * LEVELS, np.int32), {}
    random = np.random.default_rng(seed)
    for row in rows_of(tape):
        apply_row(ladder, BASE, *row)
        change(book, *row)
        assert np.array_equal(ladder, as_ladder(book))
        px = int(random.integers(90, 111))
        assert best_bid_at_or_below(ladder, BASE, px) == best(book, 1, px)
        assert best_ask_at_or_above(ladder, BASE, px) == best(book, -1, px)
        assert lots_at(ladder, BASE, 1, px) == book.get((1, px), 0)
        assert lots_at(ladder, BASE, -1, px) == book.get((-1, px), 0)


def test_many_rows_at_once():
    tape = random_tape(5, 400)
    columns = (tape.kind, tape.side, tape.px_ticks, tape.lots)
    one, other = np.zeros((2, 2 * LEVELS), np.int32)
    apply_rows(one, BASE, *columns, (0, len(tape)))
    for first in range(0, len(tape), 100):
        apply_rows(other, BASE, *columns, (first, min(first + 100, len(tape))))
    assert np.array_equal(one, other)
    assert one.any()


def test_levels_inside_a_narrow_band_are_exact():
    tape = random_tape(9, 400)
    base, levels = 98, 4  # much of the book lies outside
    ladder, book = np.zeros(2 * levels, np.int32), {}
    for row in rows_of(tape):
        apply_row(ladder, base, *row)
        change(book, *row)
        assert np.array_equal(ladder, as_ladder(book, base, levels))
    assert any(lots for (_, px), lots in book.items() if px < base)
    assert lots_at(ladder, base, 1, base - 1) == 0
    assert lots_at(ladder, base, -1, base + levels) == 0


def test_a_search_from_outside_the_band():
    ladder = np.zeros(20, np.int32)
    ladder[place_of(100, 1, 103)] = 5
    ladder[place_of(100, -1, 106)] = 4
    assert best_bid_at_or_below(ladder, 100, 500) == 103
    assert best_bid_at_or_below(ladder, 100, 102) == NO_PRICE
    assert best_bid_at_or_below(ladder, 100, 50) == NO_PRICE
    assert best_ask_at_or_above(ladder, 100, 50) == 106
    assert best_ask_at_or_above(ladder, 100, 107) == NO_PRICE
    assert best_ask_at_or_above(ladder, 100, 500) == NO_PRICE


def test_a_level_row_says_what_the_level_shows():
    ladder = np.zeros(20, np.int32)
    apply_row(ladder, 100, int(Kind.LEVEL), -1, 104, 9)
    apply_row(ladder, 100, int(Kind.LEVEL), -1, 104, 3)
    apply_row(ladder, 100, int(Kind.LEVEL), -1, 99, 3)  # outside
    assert lots_at(ladder, 100, -1, 104) == 3
    for kind in (Kind.TRADE, Kind.FILL):
        apply_row(ladder, 100, int(kind), 1, 104, 2)
    assert ladder.sum() == 3
