"""Rows of depth against the naive book, at every F_LAST record."""

import numpy as np
import pytest

from hft_gym.book.depth import DepthReader
from hft_gym.errors import InputError
from tests.dbn_files import LAST, mbo, random_records
from tests.naive.depth import naive_rows

pytestmark = pytest.mark.kernel


def rows_in_chunks(reader, records, chunk):
    """Record numbers, prices, lots and orders of all rows."""
    pieces = []
    for first in range(0, len(records), chunk):
        found = reader.rows(records[first : first + chunk])
        pieces.append((found.record + first, *found[1:]))
    record, *levels = zip(*pieces, strict=True)
    return np.concatenate(record), *(np.concatenate(level, axis=1) for level in levels)


@pytest.mark.parametrize("seed", range(4))
def test_every_packet_of_a_nasty_stream(seed):
    records = random_records(seed, 600)
    reader = DepthReader(6)
    found = rows_in_chunks(reader, records, chunk=97)
    *expected, books = naive_rows(records, 6)
    for ours, theirs in zip(found, expected, strict=True):
        assert np.array_equal(ours, theirs)
    assert np.any(found[2] == 0)
    assert np.any(found[3] > 1)
    (naive,) = books.values()
    odd = reader.anomalies
    assert odd["unknown_cancel"] == naive.anomalies["unknown_cancel"] > 0
    assert odd["unknown_modify"] == naive.anomalies["unknown_modify"] > 0
    assert odd["duplicate_add"] == naive.anomalies["duplicate_add"] > 0


@pytest.mark.parametrize("chunk", [5, 10**6])
def test_instruments_side_by_side(chunk):
    records = np.concatenate([random_records(seed, 250) for seed in (5, 6, 7)])
    records["instrument_id"] = np.random.default_rng(1).choice([3, 2**32 - 1, 40], len(records))
    reader = DepthReader(3)
    found = rows_in_chunks(reader, records, chunk)
    *expected, books = naive_rows(records, 3)
    assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))
    assert set(reader.books) == set(books)


def test_rows_of_records_that_do_nothing():
    found = DepthReader(1).rows(
        mbo(
            ("A", "B", 1, 10, 5, 0),
            ("C", "B", 99, 10, 5, LAST),
            ("T", "N", 0, None, 0, LAST),
            ("A", "B", 2, 11, 1, 0),
        )
    )
    assert found.record.tolist() == [1, 2]
    assert found.lots[0].tolist() == [[5], [5]]


def test_nothing_gives_no_rows():
    assert DepthReader(2).rows(mbo()).price_e9.shape == (2, 0, 2)
    assert DepthReader(2).rows(mbo(("A", "B", 1, 10, 5, 0))).lots.shape == (2, 0, 2)


def test_more_lots_than_a_column_can_say():
    rows = [("A", "A", k, 10, 2**31 - 1, LAST) for k in range(3)]
    assert DepthReader(1).rows(mbo(*rows[:2])).lots[1, 1, 0] == 2**32 - 2
    with pytest.raises(InputError, match="sequence 2: a level holds 4294967295 lots or more"):
        DepthReader(1).rows(mbo(*rows))
