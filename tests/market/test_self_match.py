"""What is passed over ahead of ours, row by row, beside a slow twin; see also test_matching."""

import numpy as np
import pytest

from hft_gym.book.index import BookIndex
from hft_gym.market.columns import COLUMNS_DTYPE, columns_record
from hft_gym.market.records import ORDER_DTYPE
from hft_gym.market.self_match import lots_passed_over, was_passed_over
from hft_gym.tape.rows import Kind
from tests.naive.self_match import passed_over_by
from tests.random_tapes import random_tape, tape_rows

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize("seed", range(3))
def test_slow_twin(seed):
    tape = random_tape(seed, packets=700)
    index = BookIndex.of(tape, 60, 80)
    columns = np.array([columns_record(tape, index)], COLUMNS_DTYPE)[0]
    rows, order, met = tape_rows(tape), np.zeros(1, ORDER_DTYPE)[0], {}
    for row in np.flatnonzero((tape.kind == Kind.TRADE) & (tape.side != 0)).tolist():
        gone = passed_over_by(rows, row)
        order["side"], order["px_ticks"] = -rows[row][2], rows[row][3]
        for key in (row, row - 20):  # came last, or before some of them
            order["arrival_row"], order["ahead_lots"] = key, 1_000
            expected = sum(lots for other, lots in gone.items() if other < key)
            assert lots_passed_over(columns, row, order) == expected, row
        order["ahead_lots"] = 1
        assert lots_passed_over(columns, row, order) <= 1
        met |= dict.fromkeys(gone, row)
    found = [row for row in range(len(tape)) if was_passed_over(columns, row)]
    assert sorted(rows[row][5] for row in found) == sorted(met)
    assert all(rows[row][1] == Kind.REDUCE for row in found)
    assert len(found) > 10
