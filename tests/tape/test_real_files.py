"""What is known of real files, held to the record."""

import datetime as dt
from bisect import insort
from collections import deque

import numpy as np
import pytest

from hft_gym.tape.build import build_tapes
from hft_gym.tape.dbn import open_dbn
from hft_gym.tape.rows import Flag, Kind
from tests.naive.book import NaiveBook
from tests.tape.resolving import replayed

ES = "esh4-glbx-mdp3-20231225.mbo.dbn.zst"
ESM = "orderbooks_mbo_2024-05-08T00-00-00_2024-05-08T00-00-02.dbn.zst"
OPEN_NS = 1_703_545_199_999_704_000  # 22:59:59.9997Z


def records_of(path):
    return np.concatenate([chunk for chunk, _ in open_dbn(path).chunks()])


def last_state(tape):
    """The book after all rows, with queues in the order of queue_key."""
    names = ("ts_local_ns", "kind", "side", "px_ticks", "lots", "queue_key")
    columns = {name: getattr(tape, name) for name in names}
    columns["flags"] = np.zeros(len(tape), np.uint8)
    columns["flags"][-1] = Flag.LAST  # one packet: states in between cost time
    return next(replayed(columns))[0]


@pytest.fixture(scope="module")
def es_tape(real_data, tmp_path_factory):
    return build_tapes(real_data / "databento" / ES, cache=tmp_path_factory.mktemp("tapes"))[0]


def test_counts(es_tape):
    meta = es_tape.meta
    assert meta.records == {"A": 29_216, "C": 17_999, "M": 12_233, "F": 6_371, "T": 2_973}
    assert set(meta.anomalies) <= {"unknown_fill"}
    assert meta.label == "2023-12-25"
    assert (meta.instrument.symbol, meta.instrument.tick_size) == ("ESH4", 0.25)
    assert (meta.instrument.multiplier, meta.tick_size_from) == (50, "known roots")


def test_session(es_tape):
    start, end = (
        dt.datetime.fromtimestamp(ns / 1e9, dt.UTC)
        for ns in (es_tape.meta.session_start_ns, es_tape.meta.session_end_ns)
    )
    assert abs((start - dt.datetime(2023, 12, 25, 23, tzinfo=dt.UTC)).total_seconds()) < 1
    assert end.time().replace(microsecond=0) == dt.time(23, 59, 59)
    assert (es_tape.meta.low_ticks, es_tape.meta.high_ticks) == (19_200, 19_247)


def test_crossed_packets(es_tape):
    last = es_tape.flags & Flag.LAST != 0
    live = es_tape.flags & Flag.SNAPSHOT == 0
    starts = np.r_[0, np.flatnonzero(last)[:-1] + 1]
    crossed = es_tape.flags & Flag.CROSSED != 0
    assert np.array_equal(crossed[starts], crossed[last])  # of a packet all rows or none
    assert es_tape.ts_exchange_ns[crossed & live].max() < OPEN_NS + 1_000_000


def test_every_packet_and_the_last_book_of_a_day(es_tape, real_data):
    records = records_of(real_data / "databento" / ES)
    naive = NaiveBook(es_tape.meta.instrument.tick_size_e9)
    naive.state = lambda is_live, ts_local_ns: ts_local_ns  # copies would take minutes
    ends = iter(np.flatnonzero(es_tape.flags & Flag.LAST))
    ladder, row, crossed_ns = Ladder(), 0, []
    for packet, ts_local_ns in enumerate(naive.packets(records)):
        end = next(ends)
        ladder.replay(es_tape, row, end + 1)
        row = end + 1
        assert ts_local_ns == es_tape.ts_local_ns[end]
        if ladder.is_crossed():
            assert es_tape.flags[end] & Flag.CROSSED
            crossed_ns.append(int(es_tape.ts_exchange_ns[end]))
        if packet % 500 == 0:
            assert {k: sum(o.lots for o in q) for k, q in naive.levels.items()} == ladder.totals
    assert next(ends, None) is None
    assert naive.unknown["C"] == naive.unknown["M"] == naive.duplicates == 0
    assert len(crossed_ns) == 891
    assert max(crossed_ns) < OPEN_NS
    queues = {level: [order.lots for order in queue] for level, queue in naive.levels.items()}
    assert queues == last_state(es_tape).queues


class Ladder:
    """Lots by side and price, replayed from a tape in plain Python."""

    def __init__(self):
        self.totals = {}
        self.prices = {1: [], -1: []}  # sorted

    def replay(self, tape, first, after):
        rows = slice(first, after)
        columns = [getattr(tape, n)[rows].tolist() for n in ("kind", "side", "px_ticks", "lots")]
        for kind, side, px_ticks, lots in zip(*columns, strict=True):
            if kind not in (Kind.ADD, Kind.REDUCE):
                continue
            if (side, px_ticks) not in self.totals:
                insort(self.prices[side], px_ticks)
            total = self.totals.get((side, px_ticks), 0) + (lots if kind == Kind.ADD else -lots)
            self.totals[side, px_ticks] = total
            if total == 0:
                del self.totals[side, px_ticks]
                self.prices[side].remove(px_ticks)

    def is_crossed(self):
        return self.prices[1][-1] >= self.prices[-1][0]


def test_a_snapshot_with_a_clear(real_data, tmp_path):
    path = real_data / "databento" / ESM
    tape = build_tapes(path, cache=tmp_path)[0]
    assert tape.meta.tick_size_from == "definition"
    assert tape.meta.anomalies == {}
    assert not np.any(tape.flags & Flag.CROSSED)
    assert tape.meta.records["R"] == 1
    naive = NaiveBook(tape.meta.instrument.tick_size_e9)
    final = deque(naive.packets(records_of(path)), maxlen=1).pop()
    assert last_state(tape).queues == final.queues
    assert max(p for s, p in final.queues if s > 0) + 1 == min(p for s, p in final.queues if s < 0)


def test_a_folder_of_many_schemas(real_data, tmp_path):
    tapes = build_tapes(real_data / "databento", cache=tmp_path)
    assert [tape.meta.label for tape in tapes] == ["2023-12-24", "2023-12-25", "2024-05-08"]
    only = build_tapes(real_data / "databento", instrument="ESM4", cache=tmp_path)
    assert [tape.meta.instrument.symbol for tape in only] == ["ESM4"]


def test_vendors_fixtures(real_data, tmp_path):
    for path in sorted((real_data / "fixtures").rglob("*.mbo*.dbn*")):
        tape = build_tapes(path, cache=tmp_path)[0]
        assert sum(tape.meta.records.values()) in (2, 4)
        assert tape.meta.instrument.tick_size > 0
