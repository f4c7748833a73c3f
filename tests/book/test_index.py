"""The index of a tape against the ladder replayed row by row."""

import numpy as np
import pytest

from hft_gym.book.index import (
    BLOCK_ROWS,
    CHECKPOINT_ROWS,
    EMPTIES,
    INDEX_DTYPE,
    MEETS_ASK,
    MEETS_BID,
    MOST_LEVELS,
    NO_ASK,
    NO_BID,
    QUIET,
    WAS_CROSSED,
    WINDOW_PLACES,
    BookIndex,
    ends_packet,
    is_crossed_in,
    level_met,
    load_ladder,
    load_window,
    lots_near,
)
from hft_gym.book.ladder import apply_row
from hft_gym.errors import InputError
from hft_gym.kernel.jit import kernel
from hft_gym.kernel.lanes import WIDE
from hft_gym.tape.rows import Flag, Kind
from tests.random_tapes import START_NS, TapeWriter, random_tape

pytestmark = pytest.mark.kernel

BASE, LEVELS = 60, 80


@kernel
def window(indexes, ladder, row):
    return load_window(indexes[0], ladder, row)


@kernel
def whole(indexes, ladder, row):
    load_ladder(indexes[0], ladder, row)


@kernel
def crossed(indexes, row):
    return is_crossed_in(indexes[0], row)


@kernel
def ends(indexes, row):
    return ends_packet(indexes[0], row)


@kernel
def near(indexes, row, place):
    return lots_near(indexes[0], row, place)


def indexed(tape, base=BASE, levels=LEVELS):
    index = BookIndex.of(tape, base, levels)
    return index, np.array([index.record()], INDEX_DTYPE)


def by_row(index, name):
    """A column of the blocks, one number for each row of the tape."""
    return index.blocks[name].ravel()[: index.rows]


def with_levels(seed, rows=900):
    """A random tape with rows of sources without orders, and one that empties the book."""
    writer = TapeWriter()
    random = np.random.default_rng(seed)
    for row in range(rows):
        side = int(random.choice([-1, 1]))
        px = int(100 - side * random.integers(1, 25))
        writer.row(Kind.LEVEL, side, px, int(random.integers(0, 9)))
        if row == rows // 2:
            writer.row(Kind.CLEAR, 0, 0, 0)
        writer.send(START_NS + row * 1_000)
    return writer.tape()


@pytest.mark.parametrize("tape", [random_tape(3, 700), with_levels(4)], ids=["orders", "levels"])
@pytest.mark.parametrize(("base", "levels"), [(BASE, LEVELS), (96, 9)], ids=["wide", "narrow"])
def test_the_book_before_any_row(tape, base, levels):
    index, records = indexed(tape, base, levels)
    ladder = np.zeros(index.places, np.int32)
    found = np.full(index.places, 77, np.int32)
    for row in range(len(tape) + 1):
        found[:] = 77
        first, shown = window(records, found, row)
        assert 0 <= first <= index.places - WIDE
        assert first % 2 == 0
        inside = slice(first, first + WINDOW_PLACES)
        assert np.array_equal(found[inside], ladder[inside])
        assert bin(shown)[:1:-1].ljust(WINDOW_PLACES, "0") == "".join(
            "1" if lots > 0 else "0" for lots in ladder[inside]
        )
        found[first : first + WIDE] = 77
        assert (found == 77).all()
        if row % 7 == 0 or row in (CHECKPOINT_ROWS - 1, CHECKPOINT_ROWS, len(tape)):
            whole(records, found, row)
            assert np.array_equal(found, ladder)
        if row < len(tape):
            columns = (tape.kind, tape.side, tape.px_ticks, tape.lots)
            apply_row(ladder, base, *(int(column[row]) for column in columns))
    assert len(tape) > CHECKPOINT_ROWS


def test_windows_lie_round_the_touch():
    tape = random_tape(3, 700)
    index, _ = indexed(tape)
    ladder = np.zeros(index.places, np.int32)
    seen = 0
    for row in range(len(tape)):
        bids, asks = np.flatnonzero(ladder[::2]), np.flatnonzero(ladder[1::2])
        two_sided = bids.size > 0 and asks.size > 0 and bids.max() < asks.min()
        if row % BLOCK_ROWS == 0 and two_sided and asks.min() - bids.max() < WINDOW_PLACES // 2 - 4:
            first = index.blocks[row // BLOCK_ROWS]["window_place"]
            assert first <= 2 * bids.max()
            assert 2 * asks.min() + 1 < first + WINDOW_PLACES
            seen += 1
        columns = (tape.kind, tape.side, tape.px_ticks, tape.lots)
        apply_row(ladder, BASE, *(int(column[row]) for column in columns))
    assert seen > 20


def concerns(reach, side, px, base=BASE):
    """Whether the kernel's comparisons find a row that concerns an order of ours."""
    place = 2 * (px - base) + (side < 0)
    below, above = (MEETS_BID + place + 1, NO_ASK) if side > 0 else (NO_BID, MEETS_ASK + place - 1)
    return reach <= below or reach >= above or reach == place


def must_concern(row, flags, side, px):
    kind, row_side, row_px = row
    if kind == Kind.CLEAR:
        return True
    if kind in (Kind.ADD, Kind.TRADE):
        tradable = not flags & (Flag.CROSSED | Flag.SNAPSHOT)
        return bool(tradable and row_side == -side and side * (px - row_px) >= 0)
    return kind in (Kind.REDUCE, Kind.LEVEL) and (row_side, row_px) == (side, px)


@pytest.mark.parametrize("base_and_levels", [(BASE, LEVELS), (90, 20)], ids=["wide", "narrow"])
def test_reach_tells_which_rows_concern_an_order(base_and_levels):
    base, levels = base_and_levels
    tape = random_tape(8, 600)
    index, _ = indexed(tape, base, levels)
    rows = list(zip(tape.kind.tolist(), tape.side.tolist(), tape.px_ticks.tolist(), strict=True))
    found = 0
    reach = by_row(index, "reach")
    for k, row in enumerate(rows):
        for side in (1, -1):
            for px in range(base, base + levels, 3):
                expected = must_concern(row, int(tape.flags[k]), side, px)
                assert concerns(int(reach[k]), side, px, base) == expected, (row, side, px)
                found += expected
        assert (reach[k] == EMPTIES) == (row[0] == Kind.CLEAR)
    assert found > 500


def test_rows_that_concern_nobody():
    writer = TapeWriter()
    key = writer.add(1, 100, 5)
    writer.row(Kind.FILL, 1, 100, 2, key)
    writer.row(Kind.TRADE, 0, 100, 2)
    writer.send(START_NS)
    index, _ = indexed(writer.tape())
    reach = by_row(index, "reach")
    assert (reach[1:3] >= QUIET).all()
    assert (reach[1:3] < MEETS_ASK - 2).all()


def test_moves_hold_what_matching_needs():
    tape = random_tape(8, 300)
    index, _ = indexed(tape)
    trades = tape.kind == Kind.TRADE
    assert trades.any()
    keys, moved = by_row(index, "queue_key"), by_row(index, "moved_lots")
    assert np.array_equal(keys[trades], tape.lots[trades])
    reduces = tape.kind == Kind.REDUCE
    assert np.array_equal(keys[reduces], tape.queue_key[reduces])
    assert np.array_equal(moved[reduces], -tape.lots[reduces])


def test_blocks_know_whether_the_book_was_crossed():
    tape = random_tape(5, 600)
    index, records = indexed(tape)
    assert (tape.flags & Flag.CROSSED).any()
    for row in range(1, len(tape) + 1):
        if tape.flags[row - 1] & Flag.CROSSED:
            assert crossed(records, row)
    assert not (index.blocks["notes"] & WAS_CROSSED).all()


def test_a_band_too_wide_is_told():
    with pytest.raises(InputError, match="tick_size"):
        BookIndex.of(random_tape(1, 20), 0, MOST_LEVELS + 1)


def test_long_ladders_are_kept_less_often():
    tape = random_tape(1, 900)
    assert indexed(tape)[0].checkpoint_rows == CHECKPOINT_ROWS
    wide, _ = indexed(tape, -1000, 3000)
    assert wide.checkpoint_rows == 3000
    assert wide.checkpoints.nbytes <= 8 * len(tape) + wide.places * 4


@pytest.mark.parametrize(
    "tape", [random_tape(3, 400), with_levels(4, 400)], ids=["orders", "levels"]
)
def test_lots_of_one_place_before_any_row(tape):
    index, records = indexed(tape)
    ladder = np.zeros(index.places, np.int32)
    columns = (tape.kind, tape.side, tape.px_ticks, tape.lots)
    told = 0
    for row in range(len(tape) + 1):
        for place in range(index.places):
            lots = near(records, row, place)
            if lots >= 0:
                assert lots == ladder[place]
                told += 1
        if row < len(tape):
            apply_row(ladder, BASE, *(column[row] for column in columns))
    assert told > 10 * len(tape)


def test_where_packets_end():
    tape = random_tape(9, 300)
    _, records = indexed(tape)
    found = [bool(ends(records, row)) for row in range(len(tape))]
    assert found == [bool(flag & Flag.LAST) for flag in tape.flags]
    assert 0 < sum(found) < len(found)


def test_the_level_that_a_row_meets_is_in_its_reach():
    writer = TapeWriter()
    writer.add(1, 100, 1)
    for px in (10, BASE, 100, BASE + LEVELS - 1, 900):  # below the band, in it, above it
        for side in (-1, 1):
            writer.row(Kind.TRADE, side, px, 3)
    writer.send(START_NS)
    index, _ = indexed(writer.tape())
    met = [level_met(int(reach)) for reach in by_row(index, "reach")[1:]]
    assert met == [-1, -1, 0, 0, 40, 40, LEVELS - 1, LEVELS - 1, LEVELS, LEVELS]


def test_an_order_without_lots_meets_nobody():
    writer = TapeWriter()
    writer.row(Kind.ADD, -1, 100, 0)
    writer.row(Kind.ADD, -1, 100, 1)
    writer.send(START_NS)
    index, _ = indexed(writer.tape())
    none, one = by_row(index, "reach")
    assert none >= QUIET
    assert one <= MEETS_BID + 2 * LEVELS
