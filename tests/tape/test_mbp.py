"""Level records against the naive twin, packet by packet, and rule by rule."""

import numpy as np
import pytest

from hft_gym.errors import InputError
from hft_gym.tape.columns import ColumnFiles
from hft_gym.tape.mbp import LevelsResolver, TradesWithTouchResolver
from hft_gym.tape.rows import Flag, Kind
from tests.dbn_files import LAST, SNAPSHOT, START_NS, TICK_E9
from tests.level_files import mbp, random_levels
from tests.naive.mbp import NaiveLevels

LEVEL, TRADE, CLEAR = Kind.LEVEL, Kind.TRADE, Kind.CLEAR


def written(records, folder, chunk=10**9, kind=LevelsResolver, bounds=(None, None)):
    """Columns, resolver and session of records."""
    resolver = kind(TICK_E9, bounds, "test")
    with ColumnFiles(folder) as files:
        for first in range(0, len(records), chunk):
            resolver.feed(records[first : first + chunk], files)
        session = resolver.finish(files)
        columns = {name: np.array(column) for name, column in files.columns().items()}
    return columns, resolver, session


def changes(columns):
    names = ("kind", "side", "px_ticks", "lots")
    return list(zip(*(columns[name].tolist() for name in names), strict=True))


@pytest.mark.kernel
@pytest.mark.parametrize(("seed", "depth"), [(0, 10), (1, 10), (2, 10), (3, 1), (4, 1)])
def test_every_packet_of_a_nasty_stream(seed, depth, tmp_path):
    records = random_levels(seed, 600, depth)
    columns, resolver, _ = written(records, tmp_path, chunk=97)
    rows, flags = changes(columns), columns["flags"]
    first, before = 0, False
    for expected, crossed, is_live, ts_local_ns in NaiveLevels(TICK_E9).packets(records):
        packet = slice(first, first + len(expected))
        first = packet.stop
        assert rows[packet] == expected
        assert columns["ts_local_ns"][first - 1] == ts_local_ns
        assert np.flatnonzero(flags[packet] & Flag.LAST).tolist() == [len(expected) - 1]
        assert np.all((flags[packet] & Flag.CROSSED != 0) == (before or crossed))
        assert bool(flags[first - 1] & Flag.SNAPSHOT) != is_live
        before = crossed
    assert first == len(rows)
    assert np.all(columns["queue_key"] == -1)
    assert sum(resolver.actions.values()) == len(records)
    assert resolver.anomalies["unknown_action"] == resolver.actions["X"] > 0
    for clock in ("ts_exchange_ns", "ts_local_ns"):
        assert np.all(np.diff(columns[clock]) >= 0)


@pytest.mark.kernel
@pytest.mark.parametrize("seed", [5, 6])
def test_the_tape_shows_the_window_of_every_record(seed, tmp_path):
    records = random_levels(seed, 300)
    naive, book, row = NaiveLevels(TICK_E9), {}, 0
    rows = changes(written(records, tmp_path)[0])
    for record in records:
        for kind, side, px_ticks, lots in rows[row : row + len(naive.rows(record))]:
            row += 1
            if kind == CLEAR:
                book = {}
            elif kind == LEVEL:
                book[side, px_ticks] = lots
        if chr(record["action"]) != "X":
            assert {level: lots for level, lots in book.items() if lots} == naive.window(record)


@pytest.mark.parametrize("chunk", [1, 7])
def test_chunks_change_nothing(chunk, tmp_path):
    records = random_levels(11, 200)
    whole, resolver, session = written(records, tmp_path)
    columns, other, again = written(records, tmp_path, chunk=chunk)
    assert all(np.array_equal(columns[name], whole[name]) for name in whole)
    assert (other.anomalies, again) == (resolver.anomalies, session)


def test_levels_that_leave_the_window_and_come_again(tmp_path):
    low = [(px, 1) for px in range(100, 90, -1)]
    high = [(101, 7), *low[:9]]
    records = mbp(
        ("A", "B", 100, 1, LAST, low, []),
        ("A", "B", 101, 7, LAST, high, []),  # 91 is pushed out
        ("C", "B", 101, 7, LAST, low, []),  # and comes back
        ("M", "B", 95, 4, LAST, [(px, 4 if px == 95 else 1) for px, _ in low], []),
    )
    rows = changes(written(records, tmp_path)[0])
    assert rows[10:] == [
        (LEVEL, 1, 101, 7), (LEVEL, 1, 91, 0),
        (LEVEL, 1, 91, 1), (LEVEL, 1, 101, 0),
        (LEVEL, 1, 95, 4),
    ]  # fmt: skip


def test_trades_follow_the_book_they_met(tmp_path):
    touch = [(10, 3)], [(11, 5)]
    records = mbp(
        ("T", "A", 10, 2, 0, *touch),
        ("C", "B", 10, 2, LAST, [(10, 1)], [(11, 5)]),
        ("T", "B", 11, 5, 0, [(10, 1)], [(11, 5)]),
        ("T", "N", None, 5, 0, [(10, 1)], [(11, 5)]),
        ("C", "A", 11, 5, LAST, [(10, 1)], []),
        depth=1,
    )
    columns, resolver, _ = written(records, tmp_path)
    assert changes(columns) == [
        (LEVEL, 1, 10, 3), (LEVEL, -1, 11, 5), (TRADE, -1, 10, 2),
        (LEVEL, 1, 10, 1),
        (TRADE, 1, 11, 5),
        (LEVEL, -1, 11, 0),
    ]  # fmt: skip
    assert np.flatnonzero(columns["flags"] & Flag.LAST).tolist() == [3, 5]
    assert resolver.anomalies == {"undefined_price": 1}


def test_a_clear_empties_the_book(tmp_path):
    records = mbp(
        ("A", "B", 0, 1, LAST, [(0, 1), (-1, 2)], [(1, 1)]),
        ("R", "N", None, 0, LAST, [], []),
        ("A", "B", -1, 2, LAST | SNAPSHOT, [(-1, 2)], []),
    )
    columns, _, _ = written(records, tmp_path)
    assert changes(columns) == [
        (LEVEL, 1, 0, 1), (LEVEL, 1, -1, 2), (LEVEL, -1, 1, 1), (CLEAR, 0, 0, 0), (LEVEL, 1, -1, 2),
    ]  # fmt: skip
    assert columns["flags"].tolist() == [0, 0, Flag.LAST, Flag.LAST, Flag.LAST | Flag.SNAPSHOT]


def test_the_session_is_when_the_book_can_be_traded(tmp_path):
    records = mbp(
        ("A", "B", 10, 1, LAST, [(10, 1)], [(10, 1)], 0),  # locked
        ("A", "B", 10, 1, LAST, [(10, 1)], [(13, 1)], 1_000),
        ("A", "B", 11, 1, LAST, [(11, 1)], [(12, 1)], 2_000),
        ("C", "B", 11, 1, LAST, [(9, 1)], [], 3_000),
        depth=1,
    )
    columns, _, session = written(records, tmp_path)
    assert (session.start_ns, session.end_ns) == (START_NS + 1_500, START_NS + 2_500)
    assert (session.low_ticks, session.high_ticks) == (10, 13)
    crossed = columns["flags"] & Flag.CROSSED != 0
    assert crossed.tolist() == [True] * 4 + [False] * 7


def test_a_price_off_the_grid(tmp_path):
    records = mbp(*[("A", "B", 1, 1, LAST, [(1, 1)], [])] * 3)
    records["by_level"]["ask_e9"][2, 4] = -TICK_E9 - 1
    records["by_level"]["ask_lots"][2, 4] = 1
    message = (
        r"test: record 2 \(ts_event 2024-01-02T09:00:00.000002000Z\): price -0.250000001 is off "
        "the grid of tick size 0.25; give the instrument's tick_size"
    )
    with pytest.raises(InputError, match=message):
        written(records, tmp_path, chunk=2)
    records["by_level"]["ask_e9"][2, 4] = TICK_E9 * 2**33
    with pytest.raises(InputError, match=r"record 2 .* is too far away"):
        written(records, tmp_path)


def test_trades_between_ticks_are_rounded(tmp_path):
    records = mbp(*[("T", "B", 4, 1, LAST, [], [])] * 4)
    records["price"] += np.array([0, TICK_E9 // 4, TICK_E9 // 2, -5 * TICK_E9 + 1])
    columns, resolver, _ = written(records, tmp_path)
    assert columns["px_ticks"].tolist() == [4, 4, 5, -1]
    assert resolver.anomalies == {"trade_off_grid": 3}


def test_trades_with_their_touch_end_a_packet_by_time(tmp_path):
    touch = [(10, 3)], [(11, 5)]
    rows = [("T", "A", 10, 2, 0, *touch, at) for at in (0, 0, 1_000)]
    columns, resolver, session = written(
        mbp(*rows, depth=1), tmp_path, kind=TradesWithTouchResolver
    )
    assert changes(columns) == [
        (LEVEL, 1, 10, 3), (LEVEL, -1, 11, 5), (TRADE, -1, 10, 2), (TRADE, -1, 10, 2),
        (TRADE, -1, 10, 2),
    ]  # fmt: skip
    assert np.flatnonzero(columns["flags"] & Flag.LAST).tolist() == [3, 4]
    assert resolver.anomalies == {}
    assert (session.start_ns, session.end_ns) == (START_NS + 500, START_NS + 1_500)
