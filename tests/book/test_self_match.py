"""Orders that prints pass over beside a slow twin."""

import numpy as np
import pytest

from hft_gym.book.index import BLOCK_ROWS, BookIndex, may_pass_over
from hft_gym.book.self_match import rows_passing_over
from hft_gym.market.columns import COLUMNS_DTYPE, columns_record
from hft_gym.tape.rows import Flag, Kind
from tests.naive.self_match import passed_over_by
from tests.random_tapes import START_NS, TapeWriter, random_tape, tape_rows

pytestmark = pytest.mark.kernel


def found_in(tape):
    return rows_passing_over(tape).tolist()


def expected_in(tape):
    rows, found = tape_rows(tape), set()
    for number in np.flatnonzero(tape.kind == Kind.TRADE):
        gone = passed_over_by(rows, number)
        if gone:
            found.add(int(number))
        for row in range(number + 1, len(rows)):
            if rows[row][1] == Kind.REDUCE and rows[row][5] in gone:
                found.add(row)
            if rows[row][6] & Flag.LAST:
                break
    return sorted(found)


@pytest.mark.parametrize("seed", range(4))
def test_slow_twin(seed):
    tape = random_tape(seed, packets=1500)
    found = found_in(tape)
    assert found == expected_in(tape)
    assert len(found) > 20


def test_the_index_tells_their_blocks():
    tape = random_tape(2, packets=800)
    index = BookIndex.of(tape, 60, 80)
    columns = np.array([columns_record(tape, index)], COLUMNS_DTYPE)[0]
    noted = {row // BLOCK_ROWS for row in range(len(tape)) if may_pass_over(columns["index"], row)}
    assert noted == {row // BLOCK_ROWS for row in found_in(tape)}
    assert len(noted) < len(index.blocks)


def written(*rows, aggressor=-1):
    """A bid of 5 and one of 4 at 100, then a packet of rows."""
    writer = TapeWriter()
    for lots in (5, 4):
        writer.add(1, 100, lots)
        writer.send(START_NS)
    writer.row(Kind.TRADE, aggressor, 100, 4)
    for row in rows:
        writer.row(*row)
    writer.send(START_NS + 1_000)
    return writer.tape()


FILL_OF_SECOND, END_OF_SECOND = (Kind.FILL, 1, 100, 4, 1), (Kind.REDUCE, 1, 100, 4, 1)
END_OF_FIRST = (Kind.REDUCE, 1, 100, 5, 0)


def test_what_has_not_traded_has_been_passed_over():
    assert found_in(written(FILL_OF_SECOND, END_OF_SECOND, END_OF_FIRST)) == [2, 5]


@pytest.mark.parametrize(
    ("rows", "aggressor"),
    [
        ((END_OF_SECOND, END_OF_FIRST), -1),  # a source that does not tell who traded
        ((FILL_OF_SECOND, END_OF_SECOND, END_OF_FIRST), 1),  # not against this side
        ((FILL_OF_SECOND, END_OF_SECOND, END_OF_FIRST), 0),  # an auction
        (((Kind.FILL, 1, 100, 1, 0), FILL_OF_SECOND, END_OF_FIRST), -1),  # traded in part
        ((FILL_OF_SECOND, (Kind.REDUCE, 1, 99, 5, 0)), -1),  # at another price
    ],
)
def test_others_have_not(rows, aggressor):
    assert found_in(written(*rows, aggressor=aggressor)) == []
