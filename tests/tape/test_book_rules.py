"""Rules of real order-by-order data, one test each: on hand-made packets and on a real file."""

from bisect import insort
from collections import Counter, defaultdict

import numpy as np
import pytest

from hft_gym.tape.build import build_tapes
from hft_gym.tape.dbn import open_dbn
from hft_gym.tape.rows import COLUMNS, Flag, Kind
from tests.dbn_files import LAST, SNAPSHOT, TICK_E9, UNDEF_PRICE, definition, mbo, write
from tests.naive.book import NaiveBook
from tests.tape.resolving import agrees_with_the_naive_book, queues_after, replayed, resolved

ES = "databento/esh4-glbx-mdp3-20231225.mbo.dbn.zst"
OPEN_NS = 1_703_545_200_000_000_000  # 2023-12-25 23:00Z
ADD, REDUCE, TRADE, FILL = Kind.ADD, Kind.REDUCE, Kind.TRADE, Kind.FILL


@pytest.fixture(scope="module")
def es_tape(real_data, tmp_path_factory):
    return build_tapes(real_data / ES, cache=tmp_path_factory.mktemp("tapes"))[0]


@pytest.fixture(scope="module")
def es_records(real_data):
    return np.concatenate([chunk for chunk, _ in open_dbn(real_data / ES).chunks()])


def rows_of(tape, names):
    return zip(*(getattr(tape, name).tolist() for name in names), strict=True)


def packets(tape):
    """(first, after the last) row of every packet."""
    ends = np.flatnonzero(tape.flags & Flag.LAST) + 1
    return zip(np.r_[0, ends[:-1]].tolist(), ends.tolist(), strict=True)


# trades and fills never change the book; the cancel or modify that follows does


def test_only_the_cancel_or_modify_after_a_fill_changes_the_book(tmp_path):
    records = mbo(
        ("A", "A", 1, 10, 5, LAST),
        ("A", "A", 2, 10, 4, LAST),
        ("T", "B", 0, 10, 7, 0),
        ("F", "A", 1, 10, 5, 0),
        ("F", "A", 2, 10, 2, 0),
        ("C", "A", 1, 10, 5, 0),
        ("M", "A", 2, 10, 2, LAST),
    )
    books = [queues_after(records[:n], tmp_path) for n in range(2, 8)]
    assert books[:4] == [{(-1, 10): [5, 4]}] * 4
    assert books[4:] == [{(-1, 10): [4]}, {(-1, 10): [2]}]


def test_every_real_fill_is_followed_by_its_cancel_or_modify(es_tape):
    kinds, keys, lots = (getattr(es_tape, n).tolist() for n in ("kind", "queue_key", "lots"))
    exact = followed = 0
    for first, after in packets(es_tape):
        filled, left = Counter(), Counter()
        for row in range(first, after):
            if kinds[row] == FILL and keys[row] >= 0:
                filled[keys[row]] += lots[row]
            elif kinds[row] == REDUCE:
                left[keys[row]] += lots[row]
        assert filled.keys() <= left.keys()
        followed += len(filled)
        exact += sum(left[key] == count for key, count in filled.items())
    assert followed == 6_307
    assert exact / followed > 0.98  # the others showed less than they had, or were made larger


# the book is consistent only after a record with F_LAST


def test_a_packet_of_648_records_may_cross_on_its_way(tmp_path):
    rows = [("A", "B", k, 10, 1, 0) for k in range(1, 324)]
    rows += [("A", "A", 1000, 9, 1, 0)]  # crosses
    rows += [("C", "B", k, 10, 1, 0) for k in range(1, 324)]
    rows += [("A", "B", 2000, 8, 1, LAST)]
    assert len(rows) == 648
    columns, resolver, _ = resolved(mbo(*rows), tmp_path, chunk=100)
    assert np.flatnonzero(columns["flags"]).tolist() == [647]
    assert columns["flags"][-1] == Flag.LAST
    assert resolver.anomalies == {}


def test_real_packets_cross_on_their_way_only(es_tape):
    totals, prices = defaultdict(int), {1: [], -1: []}
    names = ("kind", "side", "px_ticks", "lots", "flags", "ts_exchange_ns")
    inside = at_end = 0
    for kind, side, px, lots, flags, ts in rows_of(es_tape, names):
        if kind in (ADD, REDUCE):
            if totals[side, px] == 0:
                insort(prices[side], px)
            totals[side, px] += lots if kind == ADD else -lots
            if totals[side, px] == 0:
                prices[side].remove(px)
        if ts >= OPEN_NS and prices[1][-1] >= prices[-1][0]:
            at_end += flags & Flag.LAST != 0
            inside += flags & Flag.LAST == 0
    assert (inside > 0, at_end) == (True, 0)


# books are crossed in pre-open and auctions


def test_a_crossed_book_is_no_error(tmp_path):
    rows = [
        ("A", "B", 1, 12, 5, LAST, 0),
        ("A", "A", 2, 10, 3, LAST, 1_000),  # crossed
        ("A", "A", 3, 12, 3, LAST, 2_000),  # and locked
        ("T", "N", 0, 11, 5, 0, 3_000),  # the auction
        ("F", "B", 1, 11, 5, 0, 3_000),
        ("F", "A", 2, 11, 3, 0, 3_000),
        ("C", "B", 1, 12, 5, 0, 3_000),
        ("C", "A", 2, 10, 3, LAST, 3_000),
        ("A", "B", 4, 10, 1, LAST, 4_000),  # open
        ("A", "B", 5, 11, 1, LAST, 9_000),
    ]
    records = mbo(*rows)
    columns, resolver, session = resolved(records, tmp_path)
    assert resolver.anomalies == {}
    crossed = columns["flags"] & Flag.CROSSED != 0
    assert crossed.tolist() == [False] + [True] * 7 + [False] * 2
    assert session.start_ns == records["ts_recv"][8]
    assert session.end_ns == records["ts_recv"][9]


# a snapshot may come with or without a leading clear; its adds carry old times

PICTURE = [("A", "B", 1, 10, 5, SNAPSHOT, -9_000), ("A", "A", 2, 12, 4, SNAPSHOT, -90_000)]
CLEAR = ("R", "N", 0, None, 0, SNAPSHOT, 0)
LIVE = ("A", "B", 3, 10, 7, LAST, 1_000)


def test_snapshots_with_and_without_a_clear(tmp_path):
    with_clear, without = [CLEAR, *PICTURE, LIVE], [*PICTURE, LIVE]
    expected = {(1, 10): [5, 7], (-1, 12): [4]}
    for rows in (with_clear, without):
        records = mbo(*rows)
        assert queues_after(records, tmp_path) == expected
        _, anomalies = agrees_with_the_naive_book(records, tmp_path)
        assert anomalies == {}


def test_a_later_snapshot_replaces_the_book_where_it_clears(tmp_path):
    old = [("A", "B", 1, 11, 2, LAST, -99_000), ("A", "B", 9, 8, 1, LAST, -98_000)]
    rows = [*old, CLEAR, *PICTURE, LIVE]
    assert queues_after(mbo(*rows), tmp_path) == {(1, 10): [5, 7], (-1, 12): [4]}
    rows.remove(CLEAR)  # what is known stays, and is not known twice
    _, anomalies = agrees_with_the_naive_book(mbo(*rows), tmp_path)
    assert anomalies == {"duplicate_add": 1}
    assert queues_after(mbo(*rows), tmp_path) == {
        (1, 11): [2],
        (1, 8): [1],
        (-1, 12): [4],
        (1, 10): [7],
    }


def test_a_real_snapshot_without_a_clear(es_tape, es_records):
    snapshot = es_tape.flags & Flag.SNAPSHOT != 0
    assert np.count_nonzero(snapshot) == 8_725
    assert np.array_equal(np.flatnonzero(snapshot), np.arange(8_725))
    assert np.flatnonzero(es_tape.flags[snapshot] & Flag.LAST).tolist() == [8_724]
    picture = es_records[:8_725]
    assert np.all(picture["ts_recv"] - picture["ts_event"] > 10 * 3600 * 10**9)  # old times
    assert es_tape.meta.anomalies == {"unknown_fill": 7}


# a file may start mid-session: unknown ids are counted, not fatal


def test_a_real_day_without_its_snapshot(es_records, tmp_path):
    live = es_records[8_725:]
    columns, resolver, _ = resolved(live, tmp_path)
    naive = NaiveBook(TICK_E9)
    naive.state = lambda is_live, ts_local_ns: ts_local_ns  # copies would take minutes
    count = sum(1 for _ in naive.packets(live))
    assert count == np.count_nonzero(columns["flags"] & Flag.LAST)
    seen = resolver.anomalies
    assert seen["unknown_cancel"] == naive.anomalies["unknown_cancel"] > 500
    assert seen["unknown_modify"] == naive.anomalies["unknown_modify"] > 400
    assert seen["unknown_fill"] == naive.anomalies["unknown_fill"] > 0
    columns["flags"][:] = 0
    columns["flags"][-1] = Flag.LAST
    ((state, _),) = replayed(columns)
    left = {level: [order.lots for order in queue] for level, queue in naive.levels.items()}
    assert state.queues == left


# a fill's price and total may differ from the order's and the trade's; a trade may have no side


def test_fills_say_what_they_say(tmp_path):
    records = mbo(
        ("A", "B", 1, 10, 5, LAST),
        ("T", "N", 0, 9, 8, 0),  # eight traded, three of them against an order we know
        ("F", "B", 1, 9, 3, 0),  # at a better price than the order's
        ("F", "N", 77, 9, 1, 0),
        ("M", "B", 1, 10, 2, LAST),
    )
    columns, anomalies = agrees_with_the_naive_book(records, tmp_path)
    assert columns["kind"].tolist() == [ADD, TRADE, FILL, FILL, REDUCE]
    assert columns["side"].tolist() == [1, 0, 1, 0, 1]
    assert columns["px_ticks"].tolist() == [10, 9, 9, 9, 10]
    assert columns["lots"].tolist() == [5, 8, 3, 1, 3]
    assert columns["queue_key"].tolist() == [0, -1, 0, -1, 0]
    assert anomalies == {"unknown_fill": 1}


def test_real_fills_differ_from_their_orders_and_trades(es_tape, es_records):
    for action, kind in (("T", TRADE), ("F", FILL)):
        records, rows = es_records[es_records["action"] == ord(action)], es_tape.kind == kind
        assert np.array_equal(es_tape.lots[rows], records["size"])
        assert np.array_equal(es_tape.px_ticks[rows], records["price"] // TICK_E9)
    fills = np.flatnonzero((es_tape.kind == FILL) & (es_tape.queue_key >= 0))
    of_order = es_tape.px_ticks[es_tape.queue_key[fills]]  # a key is the row of the add
    assert np.count_nonzero(es_tape.px_ticks[fills] != of_order) == 132
    packet = np.cumsum(np.r_[0, es_tape.flags[:-1] & Flag.LAST])
    traded, filled = (
        np.bincount(packet, es_tape.lots * (es_tape.kind == kind)) for kind in (TRADE, FILL)
    )
    assert np.count_nonzero(traded != filled) == 107
    assert np.count_nonzero((es_tape.kind == TRADE) & (es_tape.side == 0)) == 1


# icebergs: fills larger than the displayed size, refills to the back of the queue

BEFORE = [("A", "B", 1, 10, 4, LAST), ("A", "B", 2, 10, 3, LAST)]
REFILLS = {
    "as much as was shown": ([("F", "B", 1, 10, 4, 0), ("M", "B", 1, 10, 4, LAST)], [3, 4]),
    "more was filled than shown": ([("F", "B", 1, 10, 9, 0), ("M", "B", 1, 10, 2, LAST)], [3, 2]),
    "a part of what was shown": ([("F", "B", 1, 10, 3, 0), ("M", "B", 1, 10, 2, LAST)], [3, 2]),
    "a new order": (
        [("F", "B", 1, 10, 4, 0), ("C", "B", 1, 10, 4, 0), ("A", "B", 1, 10, 4, LAST)],
        [3, 4],
    ),
    "no refill: the rest keeps its place": (
        [("F", "B", 1, 10, 1, 0), ("F", "B", 1, 10, 2, 0), ("M", "B", 1, 10, 1, LAST)],
        [1, 3],
    ),
    "no refill after a cancel": (
        [("F", "B", 1, 10, 1, 0), ("C", "B", 1, 10, 1, LAST), ("M", "B", 1, 10, 2, LAST)],
        [2, 3],
    ),
}


@pytest.mark.parametrize("case", REFILLS)
def test_refills_go_to_the_back_of_the_queue(case, tmp_path):
    rows, queue = REFILLS[case]
    records = mbo(*BEFORE, *rows)
    agrees_with_the_naive_book(records, tmp_path)
    assert queues_after(records, tmp_path) == {(1, 10): queue}


def test_real_fills_are_of_the_front_of_the_queue(es_tape):
    """Sixty-four more than where a refill kept its place; the others are implied or pro rata."""
    names = ("kind", "side", "px_ticks", "lots", "queue_key", "flags", "ts_exchange_ns")
    lots_of, level_of, levels = {}, {}, defaultdict(dict)  # levels: keys in order of arrival
    filled, front, others = Counter(), 0, 0
    for kind, side, px, lots, key, flags, ts in rows_of(es_tape, names):
        if kind == ADD:
            lots_of[key], level_of[key] = lots, (side, px)
            levels[side, px][key] = None
        elif kind == REDUCE:
            filled.pop(key, None)
            lots_of[key] -= lots
            if lots_of[key] == 0:
                del levels[level_of[key]][key]
        elif kind == FILL and key >= 0:
            if ts >= OPEN_NS:
                queue = levels[level_of[key]]
                first = next(k for k in queue if k == key or lots_of[k] > filled[k])
                front, others = front + (first == key), others + (first != key)
            filled[key] += lots
        if flags & Flag.LAST:
            filled.clear()
    assert (front, others) == (5_736, 628)


# prices are whole numbers of 1e-9; what is undefined, empty or of others shares the file


def test_what_shares_a_file_changes_nothing(tmp_path):
    clean = mbo(
        *BEFORE, ("A", "A", 3, 12, 4, LAST), ("C", "A", 3, 12, 4, LAST), ("A", "A", 4, 13, 1, LAST)
    )
    odd = mbo(
        ("A", "B", 50, None, 1, 0),
        ("A", "B", 51, 10, 0, 0),
        ("T", "B", 0, None, 1, 0),
        ("F", "B", 1, 10, 0, 0),
        ("N", "N", 0, None, 0, 0),
    )
    assert odd["price"][0] == UNDEF_PRICE
    other = mbo(("A", "B", 1, 10, 1, LAST), ("R", "N", 0, None, 0, LAST), instrument_id=5)
    pieces = []
    for number, record in enumerate(clean):
        odd["ts_event"], odd["ts_recv"] = record["ts_event"], record["ts_recv"]
        pieces += [
            odd[number % len(odd) :][:1].tobytes(),
            other.tobytes(),
            definition(),
            record.tobytes(),
        ]
    symbols = {"ESH4": 17077, "NQH4": 5}
    alone = write(tmp_path / "clean.dbn", clean, symbols=symbols)
    mixed = write(tmp_path / "mixed.dbn.zst", b"".join(pieces), schema=None, symbols=symbols)
    a, b = (build_tapes(p, instrument="ESH4", cache=tmp_path / "c")[0] for p in (alone, mixed))
    for name in COLUMNS:
        assert np.array_equal(getattr(a, name), getattr(b, name)), name
    assert b.meta.anomalies == {"undefined_price": 2, "zero_size": 2}
    assert sum(b.meta.records.values()) == 2 * len(clean)


# the feed is 85 us behind the exchange at best, 119 us mostly


def test_the_delay_of_a_real_feed(es_tape):
    live = es_tape.flags & Flag.SNAPSHOT == 0
    delay_ns = (es_tape.ts_local_ns - es_tape.ts_exchange_ns)[live]
    low, middle, high = np.percentile(delay_ns, [1, 50, 99])
    assert 84_000 < low < 87_000
    assert 110_000 < middle < 125_000
    assert 1_500_000 < high < 2_000_000
