"""When the venue let an instrument trade."""

import dataclasses

import numpy as np
import pytest

from hft_gym.tape.build import build_tapes
from hft_gym.tape.dbn import open_dbn
from hft_gym.tape.rows import Flag
from hft_gym.tape.session import Session
from hft_gym.tape.status import StatusChange, narrowed, status_changes, trading_spans, with_halts
from tests.dbn_files import ES_ID, LAST, START_NS, mbo, write
from tests.level_files import mbp, status

S = 10**9
DAY = [
    (1, "~", 0),  # pre-open
    (7, "Y", 10 * S),
    (14, "~", 15 * S),  # short sales
    (8, "N", 20 * S),
    (0, "~", 25 * S),
    (7, "~", 30 * S),
    (7, "Y", 31 * S),
    (12, "~", 40 * S),
]


def told(*rows):
    return tuple(StatusChange(at, at, state, trades) for at, state, trades in rows)


def changes(path, *rows, **about):
    file = open_dbn(write(path, status(*rows), schema="status", **about))
    return status_changes([file], "GLBX.MDP3", ES_ID)


def test_states(tmp_path):
    found = changes(tmp_path / "a.dbn", *DAY)
    rows = [
        ((c.ts_exchange_ns - START_NS) // S, c.state, c.is_trading) for c in found if c.ts_local_ns
    ]
    assert rows == [
        (0, "pre_open", False), (10, "trading", True), (20, "halt", False), (30, "trading", True),
        (40, "close", False), (86_400, "unknown", True),
    ]  # fmt: skip
    assert found[0].ts_local_ns == START_NS + 500


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((6, "Y", 0), ("new_price_indication", True)),  # the venue's word goes first
        ((7, "N", 0), ("trading", False)),
        ((0, "N", 0), ("unknown", False)),
        ((99, "~", 0), ("99", False)),
    ],
)
def test_odd_records(row, expected, tmp_path):
    first = changes(tmp_path / "a.dbn", row)[0]
    assert (first.state, first.is_trading) == expected


def test_other_instruments_and_datasets(tmp_path):
    records = status(*DAY, instrument_id=5)
    file = open_dbn(write(tmp_path / "a.dbn", records, schema="status"))
    assert [c.state for c in status_changes([file], "GLBX.MDP3", ES_ID)] == ["unknown"]
    assert len(status_changes([file], "", 5)) == 6
    assert status_changes([file], "XNAS.ITCH", 5) == ()


def test_a_time_before_the_venues_clock(tmp_path):
    records = status((8, "N", 0))
    records["ts_event"] = 2**64 - 1
    file = open_dbn(write(tmp_path / "a.dbn", records, schema="status"))
    assert status_changes([file], "", ES_ID)[0].ts_exchange_ns == START_NS + 500


def test_files_that_follow_each_other(tmp_path):
    one = open_dbn(write(tmp_path / "a.dbn", status((7, "Y", 0), (12, "N", 9)), schema="status"))
    end_ns = one.metadata.end
    later = dataclasses.replace(one)
    assert status_changes([one, later], "", ES_ID)[-1] == told((end_ns, "unknown", True))[0]


HALT = told((10, "trading", True), (20, "halt", False), (30, "trading", True), (40, "close", False))


def test_spans():
    assert trading_spans(HALT, 5, 50) == ((5, 20), (30, 40))
    assert trading_spans(HALT, 22, 35) == ((30, 35),)
    assert trading_spans(HALT, 21, 29) == ()
    assert trading_spans((), 5, 50) == ((5, 50),)
    both = told((10, "close", False), (10, "trading", True))
    assert trading_spans(both, 5, 50) == ((5, 50),)


def test_a_narrower_session():
    session = Session(22, 50, -3, 4)
    assert narrowed(session, HALT) == Session(30, 40, -3, 4)
    assert narrowed(session, ()) == session
    assert narrowed(Session(41, 50, -3, 4), HALT) == Session(41, 41, -3, 4)
    assert narrowed(Session(22, 22, -3, 4), HALT) == Session(22, 22, -3, 4)


def test_rows_of_a_halt():
    flags, ts_ns = np.ones(6, np.uint8), np.array([5, 19, 20, 29, 30, 40])
    marked = with_halts(flags, ts_ns, HALT)
    assert (marked & Flag.HALTED != 0).tolist() == [False, False, True, True, False, True]
    assert np.all(marked & Flag.LAST)
    assert np.all(flags == 1)
    assert with_halts(flags, ts_ns, ()) is flags
    assert len(with_halts(flags[:0], ts_ns[:0], HALT)) == 0


def test_a_tape_knows_its_halts(tmp_path):
    touch = [(10, 1)], [(12, 1)]
    rows = [("A", "B", 10, k, LAST, [(10, k + 1)], [(12, 1)], k * S) for k in range(60)]
    data = write(tmp_path / "a.dbn", mbp(*rows), schema="mbp-10")
    cache = tmp_path / "cache"
    (before,) = build_tapes(data, cache=cache)
    assert before.meta.trading_spans_ns == (
        (before.meta.session_start_ns, before.meta.session_end_ns),
    )
    write(tmp_path / "s.dbn", status(*DAY), schema="status")
    (tape,) = build_tapes(data, cache=cache)
    seconds = [tuple((ns - START_NS) // S for ns in span) for span in tape.meta.trading_spans_ns]
    assert seconds == [(10, 20), (30, 40)]
    assert tape.meta.session_start_ns == START_NS + 10 * S + 500
    assert tape.meta.session_end_ns == START_NS + 40 * S + 500
    assert [change.state for change in tape.meta.status][:2] == ["pre_open", "trading"]
    halted = tape.ts_exchange_ns[tape.flags & Flag.HALTED != 0]
    assert set((halted - START_NS) // S) == {*range(10), *range(20, 30), *range(40, 60)}
    assert not np.any(before.flags & Flag.HALTED)
    (of_orders,) = build_tapes(
        write(tmp_path / "b.dbn", mbo(("A", "B", 1, *touch[0][0], LAST, 25 * S))), cache=cache
    )
    assert of_orders.flags.tolist() == [Flag.LAST | Flag.HALTED]


def test_real_statuses(real_data):
    file = open_dbn(real_data / "fixtures/databento-python/GLBX.MDP3/test_data.status.dbn.zst")
    found = status_changes([file], "GLBX.MDP3", 5482)
    states = [(change.state, change.is_trading) for change in found[:3]]
    assert states == [("trading", True), ("pre_open", False), ("new_price_indication", True)]
    start_ns, end_ns = found[0].ts_local_ns, found[2].ts_local_ns + S
    (_, closed_ns), (open_ns, _) = trading_spans(found, start_ns, end_ns)
    assert open_ns - closed_ns == 900 * S + 226_112  # 21:15 to 21:30
