"""An order that has never been there."""

import numpy as np
import pytest

from hft_gym.book.index import BookIndex
from hft_gym.book.ladder import place_of
from hft_gym.evaluation.fidelity.lives import find_lives
from hft_gym.evaluation.fidelity.removal import arrays_of, put_back, take_out
from hft_gym.market.columns import COLUMNS_DTYPE, book_records, columns_record
from hft_gym.market.sight import lots_before
from hft_gym.tape.rows import Kind
from tests.naive.shadow import naive_level
from tests.random_tapes import random_tape

pytestmark = pytest.mark.kernel


@pytest.fixture(scope="module")
def market():
    """A random tape longer than a checkpoint, its lives, and a book to look at."""
    tape = random_tape(5, packets=700)
    assert len(tape) > 1_100
    lives = find_lives(tape)
    index = BookIndex.of(tape, lives.base_ticks, lives.levels)
    columns = np.array([columns_record(tape, index)], COLUMNS_DTYPE)
    arrays = np.zeros((2, 1, index.places), np.int32)
    return tape, lives, index, columns, book_records(*arrays, lives.base_ticks), arrays


def arguments(lives, number):
    life = lives.table[number]
    own = slice(lives.first_own[number], lives.first_own[number + 1])
    place = place_of(lives.base_ticks, int(life["side"]), int(life["px_ticks"]))
    return place, int(life["arrival_row"]), lives.own_rows[own], lives.own_gone_lots[own]


def test_the_level_without_it_at_every_row(market):
    tape, lives, index, columns, books, _ = market
    longest = np.argsort(lives.table["end_row"] - lives.table["arrival_row"])[-3:]
    partial = np.flatnonzero(np.diff(lives.first_own) > 2)[:3]  # they lose lots more than once
    for number in [*longest, *partial, 0]:
        gone = arguments(lives, number)
        key = gone[1]
        take_out(arrays_of(index), *gone)
        for row in range(key, int(lives.table["end_row"][number]) + 2, 7):
            found = lots_before(columns[0], books[0], row, gone[0])
            side, px = int(tape.side[key]), int(tape.px_ticks[key])
            assert found == naive_level(tape, row, side, px, without=key)
        put_back(arrays_of(index), *gone)


def test_nothing_is_left_of_it(market):
    tape, lives, index, *_ = market
    before = [array.copy() for array in arrays_of(index)[:2]]
    for number in range(len(lives.table)):
        gone = arguments(lives, number)
        take_out(arrays_of(index), *gone)
        moved_lots = index.blocks["moved_lots"].reshape(-1)
        assert not moved_lots[[gone[1], *gone[2]]].any()
        put_back(arrays_of(index), *gone)
    for array, old in zip(arrays_of(index)[:2], before, strict=True):
        assert (array == old).all()
    assert (tape.kind == Kind.CLEAR).any()
