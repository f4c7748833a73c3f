"""Any stream of packets gives the naive book: levels, queues, flags and session, after each one.

More of them: `python -m pytest tests/tape/test_book_properties.py --hypothesis-profile=long`.
"""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from hft_gym.book import ladder
from hft_gym.tape.build import build_tapes
from hft_gym.tape.rows import COLUMNS, Flag
from tests.dbn_files import LAST, TICK_E9, mbo, write
from tests.naive.book import NaiveBook
from tests.naive.session import longest_run
from tests.random_packets import every_stream
from tests.tape.resolving import replayed, resolved

NEAR = range(-10, 15)


def in_memory(records, **how):
    with tempfile.TemporaryDirectory() as folder:
        return resolved(records, Path(folder), **how)


def check_ladder(lots, queues):
    for side in (1, -1):
        for px in NEAR:
            expected = sum(queues.get((side, px), []))
            assert ladder.lots_at(lots, NEAR[0], side, px) == expected


@given(every_stream, st.sampled_from([1, 5, 10**9]))
def test_every_packet_is_the_naive_one(rows, chunk):
    records = mbo(*rows)
    columns, resolver, session = in_memory(records, chunk=chunk)
    naive = NaiveBook(TICK_E9)
    lots, ended, was_crossed = np.zeros(2 * len(NEAR), np.int32), [], False
    of_ladder = [columns[name] for name in ("kind", "side", "px_ticks", "lots")]
    for expected, (state, at) in zip(naive.packets(records), replayed(columns), strict=True):
        assert state == expected
        ladder.apply_rows(lots, NEAR[0], *of_ladder, (at.start, at.stop))
        check_ladder(lots, expected.queues)
        crossed = columns["flags"][at] & Flag.CROSSED != 0
        assert np.all(crossed == (was_crossed or expected.crossed))
        was_crossed = expected.crossed
        ended.append((expected, naive.ended_ns))
    run = longest_run(ended)
    found = (session.start_ns, session.end_ns, session.low_ticks, session.high_ticks)
    assert found == run if run else session.start_ns == session.end_ns
    assert resolver.anomalies == +naive.anomalies
    assert resolver.observed == +naive.observed
    assert sum(resolver.actions.values()) == len(records)


@pytest.mark.parametrize("kind", ["sequence_gaps", "sequence_fell"])
def test_streams_have_numbers_out_of_order(kind):
    def has_some(rows):
        naive = NaiveBook(TICK_E9)
        list(naive.packets(mbo(*rows)))
        return naive.observed[kind] > 0

    find(every_stream, has_some)


@given(every_stream)
def test_every_record_is_the_naive_one(rows):
    records = mbo(*rows)
    records["flags"] |= LAST  # so that the book is compared after each
    columns, _, _ = in_memory(records)
    pairs = list(zip(NaiveBook(TICK_E9).packets(records), replayed(columns), strict=True))
    assert all(state == expected for expected, (state, _) in pairs)


@given(every_stream, every_stream, st.randoms(use_true_random=False))
def test_instruments_of_a_file_do_not_touch_one_another(rows, others, random):
    wanted, other = mbo(*rows), mbo(*others, instrument_id=5)
    order = [0] * len(wanted) + [1] * len(other)
    random.shuffle(order)
    streams = iter(wanted), iter(other)
    mixed = np.array([next(streams[which]) for which in order])
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "a.dbn", mixed, symbols={"ESH4": 17077, "NQH4": 5})
        tape = build_tapes(path, instrument="ESH4", cache=folder)[0]
        assert tape.meta.records == {a: sum(r[0] == a for r in rows) for a in {r[0] for r in rows}}
        alone, _, _ = in_memory(wanted)
        for name in COLUMNS:
            assert np.array_equal(getattr(tape, name), alone[name]), name
