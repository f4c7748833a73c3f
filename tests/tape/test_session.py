"""When a tape can be traded."""

import pytest

from hft_gym.errors import ConfigError, InputError
from hft_gym.tape.session import DAY_NS, parse_time
from tests.dbn_files import LAST, SNAPSHOT, START_NS, TICK_E9, mbo
from tests.naive.book import NaiveBook
from tests.naive.session import longest_run
from tests.tape.resolving import resolved

S = 10**9
PRE_OPEN = [
    ("A", "B", 1, 10, 1, SNAPSHOT, -90 * S),
    ("A", "A", 2, 14, 1, SNAPSHOT, -90 * S),
    ("A", "B", 3, 11, 1, LAST, 0),
    ("A", "A", 4, 11, 1, LAST, 10 * S),  # locked
    ("C", "A", 4, 11, 1, LAST, 20 * S),  # open
    ("A", "A", 5, 13, 1, LAST, 30 * S),
    ("A", "B", 6, 12, 1, LAST, 40 * S),
    ("C", "B", 6, 12, 1, LAST, 50 * S),
    ("C", "A", 5, 13, 1, LAST, 55 * S),
    ("R", "N", 0, None, 0, LAST, 60 * S),
]


def session(tmp_path, *bounds, rows=PRE_OPEN):
    return resolved(mbo(*rows), tmp_path, chunk=3, bounds=bounds or (None, None))[2]


def test_the_longest_tradable_stretch(tmp_path):
    found = session(tmp_path)
    assert (found.start_ns, found.end_ns) == (START_NS + 20 * S + 500, START_NS + 55 * S + 500)
    assert (found.low_ticks, found.high_ticks) == (11, 14)
    assert found.label == "2024-01-02"


def test_the_user_knows_better(tmp_path):
    found = session(tmp_path, "09:00:35", START_NS + 45 * S)
    assert (found.start_ns, found.end_ns) == (START_NS + 35 * S, START_NS + 45 * S)
    assert (found.low_ticks, found.high_ticks) == (11, 13)
    half = session(tmp_path, "2024-01-02T09:00:52Z", None)
    assert (half.start_ns, half.end_ns) == (START_NS + 52 * S, START_NS + 55 * S + 500)


def test_no_session_reaches_beyond_its_tape(tmp_path):
    last_ns = START_NS + 60 * S + 500
    over_midnight = session(tmp_path, "09:00:35", "08:00")
    assert (over_midnight.start_ns, over_midnight.end_ns) == (START_NS + 35 * S, last_ns)
    for early, late in (("1960-01-01T00:00", "2400-01-01T00:00"), (0, 2**70), ("00:00", "23:59")):
        whole = session(tmp_path, early, late)
        assert (whole.start_ns, whole.end_ns) == (START_NS + 500, last_ns)
    assert session(tmp_path, None, "08:00").end_ns == last_ns
    with pytest.raises(InputError, match="no two-sided book"):
        session(tmp_path, 2**70, None)
    with pytest.raises(ConfigError, match="swap them"):
        session(tmp_path, None, "1960-01-01T00:00")


def test_an_unknown_capture_time_is_no_day(tmp_path):
    event, recv = mbo(*PRE_OPEN), mbo(*PRE_OPEN)
    recv["ts_recv"][2] = 2**64 - 1  # of the first live record
    event["ts_event"][2], event["ts_recv"][2] = 2**64 - 1, 2**63 - 2  # neither counts
    for bounds in (("09:00:35", None), (None, "09:00:45"), (None, None)):
        _, _, expected = resolved(mbo(*PRE_OPEN), tmp_path, bounds=bounds)
        for records in (event, recv):
            _, _, found = resolved(records, tmp_path, bounds=bounds)
            assert (found.end_ns, found.low_ticks) == (expected.end_ns, expected.low_ticks)


def test_no_session_begins_before_a_time_is_told(tmp_path):
    """A first packet without a capture time has the clock at 0, which is no moment of any day."""
    records = mbo(
        ("A", "B", 1, 10, 1, 0),
        ("A", "A", 2, 14, 1, LAST),
        ("A", "B", 3, 11, 1, LAST, 5 * S),
        ("A", "A", 4, 13, 1, LAST, 9 * S),
    )
    records["ts_recv"][:2] = records["ts_event"][:2] = 2**64 - 1
    columns, _, found = resolved(records, tmp_path)
    assert columns["ts_local_ns"][0] == 0
    assert (found.start_ns, found.end_ns) == (START_NS + 5 * S + 500, START_NS + 9 * S + 500)
    naive = NaiveBook(TICK_E9)
    run = longest_run([(state, naive.ended_ns) for state in naive.packets(records)])
    assert run == (found.start_ns, found.end_ns, found.low_ticks, found.high_ticks)


def test_nothing_to_trade(tmp_path):
    still = session(tmp_path, rows=PRE_OPEN[:2])
    assert still.start_ns == still.end_ns == START_NS - 90 * S + 500
    assert (still.low_ticks, still.high_ticks) == (10, 14)
    empty = session(tmp_path, rows=PRE_OPEN[:1])
    assert (empty.low_ticks, empty.high_ticks) == (0, 0)
    with pytest.raises(InputError, match="no two-sided book between 10:00 and None"):
        session(tmp_path, "10:00", None)


def test_times():
    day_ns = 5 * DAY_NS + 77
    assert parse_time("01:02", day_ns) == 5 * DAY_NS + 3720 * S
    assert parse_time("01:02:03.5", day_ns) == 5 * DAY_NS + 3723 * S + S // 2
    assert parse_time("1970-01-02T00:00", day_ns) == DAY_NS
    assert parse_time("1970-01-02T01:00:00.000000001+01:00", day_ns) == DAY_NS + 1
    assert parse_time("123", day_ns) == parse_time(123, day_ns) == 123


@pytest.mark.parametrize("bad", ["25:00", "noon", "²", "2024-13-01T00:00", -5, 1.5, True])
def test_what_is_no_time(bad):
    with pytest.raises(ConfigError, match="is not a time"):
        parse_time(bad, 0)


def test_an_end_before_the_start(tmp_path):
    with pytest.raises(ConfigError, match="swap them"):
        session(tmp_path, 2000, 1000)


def test_a_live_packet_is_live_whatever_ends_it(tmp_path):
    records = mbo(
        ("A", "B", 1, 10, 1, LAST),
        ("A", "A", 2, 12, 1, LAST),
        ("A", "B", 3, 9, 1, 0),
        ("X", "N", 0, None, 0, LAST | SNAPSHOT),  # says nothing, but for the end
    )
    naive = NaiveBook(TICK_E9)
    run = longest_run([(state, naive.ended_ns) for state in naive.packets(records)])
    _, _, session = resolved(records, tmp_path)
    assert session.end_ns == run[1] == records["ts_recv"][3]
