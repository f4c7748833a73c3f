"""Records of addresses lead back to the very arrays."""

import numpy as np
import pytest

from hft_gym.book.index import BookIndex
from hft_gym.kernel.jit import kernel
from hft_gym.market.columns import (
    COLUMNS_DTYPE,
    Columns,
    book_records,
    columns_of,
    columns_record,
    consumed_of,
    flags_of,
    kind_of,
    ladder_of,
    lots_of,
    px_of,
    queue_key_of,
    side_of,
    ts_exchange_of,
)
from tests.random_tapes import random_tape

pytestmark = pytest.mark.kernel


@kernel
def all_columns(tapes, k):
    tape = tapes[k]
    return (
        ts_exchange_of(tape),
        kind_of(tape),
        side_of(tape),
        px_of(tape),
        lots_of(tape),
        queue_key_of(tape),
        flags_of(tape),
    )


@kernel
def set_lots(books, k, place, lots, consumed):
    ladder_of(books[k])[place] = lots
    consumed_of(books[k])[place] = consumed


def test_a_record_of_addresses_gives_the_columns_of_its_tape():
    tapes = [random_tape(seed, 30) for seed in (1, 2)]
    indexes = [BookIndex.of(tape, 60, 80) for tape in tapes]
    pairs = zip(tapes, indexes, strict=True)
    table = np.array([columns_record(*pair) for pair in pairs], COLUMNS_DTYPE)
    assert table["index"]["blocks_address"].tolist() == [k.blocks.ctypes.data for k in indexes]
    assert table["rows"].tolist() == [len(tape) for tape in tapes]
    for k, tape in enumerate(tapes):
        seen = Columns(*all_columns(table, k))
        for name, expected in columns_of(tape)._asdict().items():
            found = getattr(seen, name)
            assert found.dtype == expected.dtype
            assert np.array_equal(found, expected)
            assert np.shares_memory(getattr(columns_of(tape), name), getattr(tape, name))


def test_traders_share_paper_but_not_what_they_took():
    consumed, ladders = np.zeros((5, 10), np.int32), np.zeros((2, 10), np.int32)
    books = book_records(consumed, ladders, base_ticks=95)
    assert books["base_ticks"].tolist() == [95] * 5
    assert books["places"].tolist() == [10] * 5
    assert not books["high_place"].any()  # nothing is written on the paper yet
    for k in range(5):
        set_lots(books, k, 2 + k, 7 + k, 1 + k)
    expected = np.zeros((5, 10), np.int32)
    expected[np.arange(5), 2 + np.arange(5)] = 1
    assert np.array_equal(consumed, expected * [[1], [2], [3], [4], [5]])
    lots = expected * [[7], [8], [9], [10], [11]]
    assert np.array_equal(ladders, [lots[:2].sum(0), lots[2:].sum(0)])  # slices of a thread each
