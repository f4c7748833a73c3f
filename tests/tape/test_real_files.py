"""What is known of real files, held to the record."""

import datetime as dt
import re
from bisect import insort
from collections import deque

import numpy as np
import pytest

from hft_gym.book.ladder import apply_rows
from hft_gym.errors import InputError
from hft_gym.tape.build import build_tapes
from hft_gym.tape.dbn import open_dbn
from hft_gym.tape.records import MBO, MBP_1
from hft_gym.tape.rows import Flag, Kind
from tests.naive.book import NaiveBook
from tests.naive.mbp import NaiveLevels
from tests.tape.resolving import replayed

ES = "esh4-glbx-mdp3-20231225.mbo.dbn.zst"
ESM = "orderbooks_mbo_2024-05-08T00-00-00_2024-05-08T00-00-02.dbn.zst"
ESU = "futures_mbp-1_2024-07-01T23-58_2024-07-02T00-02.dbn.zst"
OPEN_NS = 1_703_545_199_999_704_000  # 22:59:59.9997Z


def records_of(path, layout=MBO):
    return np.concatenate([chunk for chunk, _ in open_dbn(path).chunks(layout=layout)])


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
    assert (
        naive.anomalies["unknown_cancel"]
        == naive.anomalies["unknown_modify"]
        == naive.anomalies["duplicate_add"]
        == 0
    )
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
    (levels,) = build_tapes(real_data / "databento", instrument="ESU4", cache=tmp_path)
    assert levels.meta.schema == "mbp-1"


@pytest.fixture(scope="module")
def esu_tape(real_data, tmp_path_factory):
    return build_tapes(real_data / "databento" / ESU, cache=tmp_path_factory.mktemp("tapes"))[0]


def test_best_bid_and_offer_of_every_record(esu_tape, real_data):
    records = records_of(real_data / "databento" / ESU, MBP_1)
    meta = esu_tape.meta
    assert (len(records), meta.anomalies, meta.tick_size_from) == (2_288, {}, "definition")
    assert meta.records == {"A": 1_061, "C": 989, "M": 118, "T": 120}
    assert (meta.instrument.multiplier, meta.instrument.match_algorithm) == (50, "F")
    names = ("kind", "side", "px_ticks", "lots", "queue_key")
    rows = list(zip(*(getattr(esu_tape, name).tolist() for name in names), strict=True))
    naive, book, row = NaiveLevels(meta.instrument.tick_size_e9), {}, 0
    for record in records:
        expected = naive.rows(record)
        assert rows[row : row + len(expected)] == [(*change, -1) for change in expected]
        for kind, side, px_ticks, lots, _ in rows[row : row + len(expected)]:
            if kind == Kind.LEVEL:
                book[side, px_ticks] = lots
        row += len(expected)
        for side, name in ((1, "bid"), (-1, "ask")):
            best = [(side * px, lots) for (s, px), lots in book.items() if s == side and lots]
            (level,) = record["by_level"]
            shown = int(level[f"{name}_e9"]) // 250_000_000, int(level[f"{name}_lots"])
            assert (side * max(best)[0], max(best)[1]) == shown
    assert row == len(rows)


def test_trades_of_the_levels_are_those_of_the_trades_file(esu_tape, real_data, tmp_path):
    path = real_data / "databento" / ESU.replace("mbp-1", "trades")
    (trades,) = build_tapes(path, cache=tmp_path)
    among = esu_tape.kind == Kind.TRADE
    assert len(trades) == among.sum() == 120
    for name in ("ts_exchange_ns", "ts_local_ns", "kind", "side", "px_ticks", "lots", "queue_key"):
        assert np.array_equal(getattr(trades, name), getattr(esu_tape, name)[among])
    assert np.all(trades.kind == Kind.TRADE)
    assert trades.meta.session_start_ns == trades.meta.session_end_ns


def test_orders_and_levels_of_the_same_moment(real_data, tmp_path):
    folder = real_data / "fixtures/databento-python/XNAS.ITCH"
    orders, levels = (
        build_tapes(folder / f"test_data.{schema}.dbn.zst", cache=tmp_path)[0]
        for schema in ("mbo", "mbp-10")
    )
    assert orders.meta.instrument == levels.meta.instrument
    found = [list(states(tape)) for tape in (orders, levels)]
    assert found[0] == found[1]
    assert len(found[0]) == 4
    assert found[0][-1][1] == {(1, 51_201): 1, (1, 51_001): 1, (1, 50_200): 2, (-1, 53_900): 17}
    for name in ("session_start_ns", "session_end_ns", "low_ticks", "high_ticks", "label"):
        assert getattr(orders.meta, name) == getattr(levels.meta, name)


def states(tape):
    """Time and lots of every level after each packet, whatever the kind of tape."""
    base_ticks = int(tape.px_ticks.min())
    ladder = np.zeros(2 * (int(tape.px_ticks.max()) - base_ticks + 1), np.int32)
    columns, first = (tape.kind, tape.side, tape.px_ticks, tape.lots), 0
    for end in np.flatnonzero(tape.flags & Flag.LAST) + 1:
        apply_rows(ladder, base_ticks, *columns, (first, int(end)))
        first = int(end)
        places = np.flatnonzero(ladder).tolist()
        lots = {(1 - 2 * (k % 2), base_ticks + k // 2): int(ladder[k]) for k in places}
        yield int(tape.ts_exchange_ns[end - 1]), lots


SCHEMA = re.compile(r"test_data\.(mbo|mbp-10|mbp-1|tbbo|trades)\.")
# An option without a quote in four records: nothing tells its tick size.
WITHOUT_TICK = "OPRA.PILLAR/test_data.mbp-1.dbn.zst"


def test_vendors_fixtures(real_data, tmp_path):
    built = {}
    for path in sorted((real_data / "fixtures").rglob("*.dbn*")):
        schema = SCHEMA.match(path.name)
        if schema is None:
            continue
        if str(path).endswith(WITHOUT_TICK):
            with pytest.raises(InputError, match="nothing tells the tick size; give tick_size"):
                build_tapes(path, cache=tmp_path)
            (tape,) = build_tapes(path, tick_size=0.01, cache=tmp_path)
        else:
            (tape,) = build_tapes(path, cache=tmp_path)
        assert tape.meta.schema == schema[1]
        assert sum(tape.meta.records.values()) in (2, 4)
        assert tape.meta.instrument.tick_size > 0
        built[schema[1]] = built.get(schema[1], 0) + 1
    assert built == {"mbo": 9, "mbp-10": 8, "mbp-1": 10, "tbbo": 10, "trades": 10}


def test_a_live_capture(real_data, tmp_path):
    path = real_data / "fixtures/databento-python/LIVE/test_data.live.dbn.zst"
    tapes = [build_tapes(path, schema=s, cache=tmp_path) for s in (None, "mbo", "mbp-10", "trades")]
    assert [tape.meta.schema for (tape,) in tapes] == ["mbo", "mbo", "mbp-10", "trades"]
    ((tape,), *_) = tapes
    assert (tape.meta.instrument.symbol, tape.meta.tick_size_from) == ("ESZ4", "definition")
    assert sum(tape.meta.records.values()) == 5
