"""The resolving book against the naive one, packet by packet, and rule by rule."""

import numpy as np
import pytest

from hft_gym.errors import InputError
from hft_gym.tape.l3 import F_LAST, resolve
from hft_gym.tape.orders import BookMemory
from hft_gym.tape.rows import Flag, Kind
from tests.dbn_files import (
    BAD_BOOK,
    BAD_TS,
    LAST,
    SNAPSHOT,
    TICK_E9,
    TOB,
    mbo,
    random_records,
)
from tests.naive.book import NaiveBook
from tests.tape.resolving import replayed, resolved

ADD, REDUCE, TRADE, FILL, CLEAR = Kind.ADD, Kind.REDUCE, Kind.TRADE, Kind.FILL, Kind.CLEAR


def rows_of(columns, *names):
    return list(zip(*(columns[name].tolist() for name in names), strict=True))


def changes(columns):
    return rows_of(columns, "kind", "side", "px_ticks", "lots", "queue_key")


@pytest.mark.parametrize("seed", range(6))
def test_every_packet_of_a_nasty_stream(seed, tmp_path):
    records = random_records(seed, 700)
    columns, resolver, _ = resolved(records, tmp_path, chunk=97)
    naive = NaiveBook(TICK_E9)
    before = False
    for expected, (state, rows) in zip(naive.packets(records), replayed(columns), strict=True):
        assert state == expected
        marked = columns["flags"][rows] & Flag.CROSSED != 0
        assert np.all(marked == (before or expected.crossed))
        before = expected.crossed
    seen = resolver.anomalies
    assert seen.get("unknown_cancel", 0) == naive.anomalies["unknown_cancel"] > 0
    assert seen.get("unknown_modify", 0) == naive.anomalies["unknown_modify"] > 0
    assert seen.get("unknown_fill", 0) == naive.anomalies["unknown_fill"] > 0
    assert seen.get("duplicate_add", 0) == naive.anomalies["duplicate_add"] > 0
    assert sum(resolver.actions.values()) == len(records)
    for clock in ("ts_exchange_ns", "ts_local_ns"):
        assert np.all(np.diff(columns[clock]) >= 0)


@pytest.mark.parametrize("chunk", [1, 7, 10**9])
def test_chunks_change_nothing(chunk, tmp_path):
    records = random_records(11, 300)
    whole, resolver, session = resolved(records, tmp_path)
    columns, other, again = resolved(records, tmp_path, chunk=chunk)
    assert all(np.array_equal(columns[name], whole[name]) for name in whole)
    assert (other.anomalies, again) == (resolver.anomalies, session)


def test_a_book_outgrows_its_room(tmp_path):
    rows = [("A", "B", 10 + k, 4096 * (k % 40) - 40_000, 1, LAST) for k in range(9_000)]
    rows += [("C", "B", 10 + k, 0, 1, LAST) for k in range(0, 9_000, 2)]
    columns, resolver, _ = resolved(mbo(*rows), tmp_path)
    assert resolver.anomalies == {}
    left = set(range(9_000)) - {int(k) for k in columns["queue_key"][9_000:]}
    assert left == set(range(1, 9_000, 2))


def test_trades_and_fills_leave_the_book(tmp_path):
    columns, resolver, _ = resolved(
        mbo(
            ("A", "A", 1, 10, 5, LAST),
            ("T", "B", 0, 10, 3, 0),
            ("F", "A", 1, 10, 3, 0),
            ("F", "A", 9, 10, 2, 0),
            ("T", "N", 0, 11, 1, 0),
            ("T", "A", 0, -3, 1, 0),
            ("C", "A", 1, 10, 3, LAST),
        ),
        tmp_path,
    )
    assert changes(columns) == [
        (ADD, -1, 10, 5, 0),
        (TRADE, 1, 10, 3, -1),
        (FILL, -1, 10, 3, 0),
        (FILL, -1, 10, 2, -1),
        (TRADE, 0, 11, 1, -1),
        (TRADE, -1, -3, 1, -1),
        (REDUCE, -1, 10, 3, 0),
    ]
    assert resolver.anomalies == {"unknown_fill": 1}


def test_modifies_keep_or_lose_their_place(tmp_path):
    columns, resolver, _ = resolved(
        mbo(
            ("A", "B", 1, 10, 5, LAST),
            ("M", "B", 1, 10, 3, LAST),  # decrease: place kept
            ("M", "B", 1, 10, 3, LAST),  # nothing
            ("M", "B", 1, 10, 4, LAST),  # increase: back of the queue
            ("M", "N", 1, 9, 4, LAST),  # another price
            ("M", "A", 1, 12, 4, LAST),  # another side
            ("M", "A", 7, 12, 4, LAST),  # unknown: an add
            ("M", "A", 7, 12, 0, LAST),  # to nothing: gone
        ),
        tmp_path,
    )
    assert changes(columns) == [
        (ADD, 1, 10, 5, 0),
        (REDUCE, 1, 10, 2, 0),
        (REDUCE, 1, 10, 3, 0),
        (ADD, 1, 10, 4, 3),
        (REDUCE, 1, 10, 4, 3),
        (ADD, 1, 9, 4, 5),
        (REDUCE, 1, 9, 4, 5),
        (ADD, -1, 12, 4, 7),
        (ADD, -1, 12, 4, 8),
        (REDUCE, -1, 12, 4, 8),
    ]
    assert resolver.anomalies == {"unknown_modify": 1, "zero_size": 1}


def test_cancels(tmp_path):
    columns, resolver, _ = resolved(
        mbo(
            ("A", "B", 1, 10, 5, LAST),
            ("C", "B", 1, 10, 2, LAST),
            ("C", "B", 1, 77, 9, LAST),  # more than is left, at a price that is not its own
            ("C", "B", 1, 10, 1, LAST),
            ("A", "B", 1, 10, 0, LAST),
            ("A", "B", 1, None, 1, LAST),
            ("A", "N", 1, 10, 1, LAST),
            ("A", "B", 1, 10, 1, LAST | TOB),
            ("A", "B", 1, 10, 2**32 - 1, LAST),
            ("Z", "B", 1, 10, 1, LAST),
        ),
        tmp_path,
    )
    assert changes(columns) == [(ADD, 1, 10, 5, 0), (REDUCE, 1, 10, 2, 0), (REDUCE, 1, 10, 3, 0)]
    assert resolver.anomalies == {
        "cancel_too_large": 1, "unknown_cancel": 1, "zero_size": 1, "undefined_price": 1,
        "no_side": 1, "not_an_order": 1, "undefined_size": 1, "unknown_action": 1,
    }  # fmt: skip


def test_a_flag_is_not_lost_with_its_record(tmp_path):
    columns, _, _ = resolved(
        mbo(
            ("A", "B", 1, 10, 5, 0),
            ("C", "B", 99, 10, 5, LAST),  # unknown: no row, but the packet ends
            ("N", "N", 0, None, 0, LAST),  # nothing in this packet: nothing to mark
            ("A", "B", 2, 10, 5, 0),
            ("M", "B", 2, 10, 5, LAST),  # nothing changes
        ),
        tmp_path,
    )
    assert columns["flags"].tolist() == [Flag.LAST, Flag.LAST]


def test_a_snapshot_ends_where_life_begins(tmp_path):
    columns, resolver, _ = resolved(
        mbo(
            ("R", "N", 0, None, 0, SNAPSHOT | 8),
            ("A", "B", 1, 10, 5, SNAPSHOT | 8, 900),
            ("A", "A", 2, 11, 5, SNAPSHOT | 8, 100),
            ("A", "B", 3, 10, 5, LAST, 5_000),
        ),
        tmp_path,
    )
    assert columns["flags"].tolist() == [2, 2, 2 | 1, 1]
    assert columns["kind"].tolist() == [CLEAR, ADD, ADD, ADD]
    assert resolver.anomalies == {}  # old times are a snapshot's nature


def test_clocks_never_run_back(tmp_path):
    records = mbo(
        ("A", "B", 1, 10, 5, LAST, 900),
        ("A", "B", 2, 10, 5, LAST, 100),
        ("A", "B", 3, 10, 5, LAST, 1_000),
        ("A", "B", 4, 10, 5, 0, 1_001),
    )
    records["ts_recv"][2] = 2**64 - 1
    columns, resolver, _ = resolved(records, tmp_path)
    assert np.diff(columns["ts_exchange_ns"]).tolist() == [0, 0, 101]
    assert resolver.anomalies == {"time_ran_back": 1, "undefined_time": 1, "open_packet": 1}


def test_a_book_starts_anew_after_a_clear(tmp_path):
    columns, resolver, _ = resolved(
        mbo(
            ("A", "B", 1, 10, 5, LAST),
            ("A", "A", 2, 9, 5, LAST),
            ("R", "N", 0, None, 0, LAST),
            ("A", "B", 1, 10, 5, LAST),
        ),
        tmp_path,
    )
    crossed = Flag.CROSSED | Flag.LAST
    assert columns["flags"].tolist() == [Flag.LAST, crossed, crossed, Flag.LAST]
    assert resolver.anomalies == {}


def test_prices_between_ticks(tmp_path):
    records = mbo(("A", "B", 1, 10, 5, LAST), ("T", "B", 0, 10, 5, LAST))
    records["price"][1] += TICK_E9 // 2
    columns, resolver, _ = resolved(records, tmp_path)
    assert columns["px_ticks"].tolist() == [10, 11]
    assert resolver.anomalies == {"trade_off_grid": 1}
    records = np.concatenate([records, records[:1]])
    records["price"][2], records["order_id"][2] = 1, 5
    with pytest.raises(InputError, match=r"record 2 .*: price 0.000000001 .* tick size 0.25; give"):
        resolved(records, tmp_path, chunk=2)


def test_prices_too_far_away(tmp_path):
    records = mbo(("A", "B", 1, 2**31, 5, F_LAST), tick_e9=1)
    with pytest.raises(InputError, match="too far"):
        resolved(records, tmp_path, tick_e9=1)


def test_doubts_of_the_vendor(tmp_path):
    columns, resolver, _ = resolved(
        mbo(
            ("A", "B", 1, 10, 5, LAST | BAD_TS),
            ("A", "A", 2, 11, 5, LAST | BAD_BOOK),
            ("A", "A", 3, 12, 5, LAST | SNAPSHOT | BAD_TS),  # a snapshot's times are never sure
        ),
        tmp_path,
    )
    assert columns["flags"].tolist() == [1, 1 | Flag.BAD_BOOK, 1 | Flag.SNAPSHOT]
    assert resolver.anomalies == {"bad_ts_recv": 1, "maybe_bad_book": 1}


def test_crossed_packets_and_their_spans(tmp_path):
    _, resolver, _ = resolved(
        mbo(
            ("A", "B", 1, 10, 5, LAST),
            ("A", "A", 2, 10, 5, LAST),  # locked
            ("A", "A", 3, 9, 5, LAST),  # crossed
            ("C", "B", 1, 10, 5, LAST),  # as it should be
            ("A", "B", 4, 12, 5, 0),  # crossed inside a packet alone
            ("C", "B", 4, 12, 5, LAST),
            ("A", "B", 5, 9, 5, LAST),  # locked again
        ),
        tmp_path,
    )
    assert resolver.anomalies == {}
    assert resolver.observed == {"crossed_packets": 3, "crossed_spans": 2}


def test_times_out_of_order(tmp_path):
    records = mbo(*[("A", "B", 1 + k, 10, 5, LAST) for k in range(4)])
    records["ts_event"][1] = records["ts_event"][0] - 1
    records["ts_recv"][2] = records["ts_recv"][0]
    columns, resolver, _ = resolved(records, tmp_path)
    assert resolver.anomalies == {"time_ran_back": 2}
    assert resolver.observed == {"ts_event_fell": 1, "ts_recv_fell": 1}
    assert np.diff(columns["ts_exchange_ns"]).tolist() == [0, 2_000, 1_000]
    assert np.diff(columns["ts_local_ns"]).tolist() == [1_000, 0, 2_000]


def test_gaps_in_the_sequence(tmp_path):
    records = mbo(*[("A", "B", 1 + k, 10, 5, LAST) for k in range(7)])
    records["flags"][0] |= SNAPSHOT
    records["sequence"] = [900, 5, 5, 6, 9, 8, 11]
    _, resolver, _ = resolved(records, tmp_path)
    assert resolver.anomalies == {}
    assert resolver.observed == {"sequence_gaps": 2, "sequence_fell": 1}


def test_sizes_and_prices_that_are_none(tmp_path):
    _, resolver, _ = resolved(
        mbo(
            ("A", "B", 1, 10, 5, LAST),
            ("A", "B", 2, 10, 0, LAST),
            ("C", "B", 1, 10, 0, LAST),
            ("T", "B", 0, 10, 0, LAST),
            ("M", "B", 1, None, 5, LAST),
            ("F", "B", 1, None, 5, LAST),
            ("M", "B", 1, 10, 2**32 - 1, LAST),
            ("F", "B", 77, 10, 5, LAST),
        ),
        tmp_path,
    )
    assert resolver.anomalies == {
        "zero_size": 3, "undefined_price": 2, "undefined_size": 1, "unknown_fill": 1,
    }  # fmt: skip


def test_the_book_alone_is_the_same_book():
    records = random_records(5, 600)
    records.flags.writeable = False
    books = []
    for is_writing in (True, False):
        memory = BookMemory(TICK_E9, is_writing=is_writing)
        memory.make_room(2 * len(records) if is_writing else 0)
        assert resolve(memory.books, records, 0) == len(records)
        orders = memory.orders[memory.orders["is_used"] != 0]
        counts = [memory.book[n].tolist() for n in ("rows", "anomaly_count", "action_count")]
        books.append((orders.tolist(), counts, memory.book["levels_state"]["best_bid_level"]))
    assert books[0] == books[1]
