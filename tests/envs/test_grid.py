"""Decisions and what is known at them, against a count row by row."""

from dataclasses import replace

import numpy as np
import pytest

from hft_gym.envs.grid import ByEvents, ByTime, packet_ends
from hft_gym.errors import ConfigError
from hft_gym.features.engine import DECISION_DTYPE
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import COLUMNS, Flag
from tests.random_tapes import START_NS, random_tape

FEEDS = [0, 30_000, 5_000_000]


def with_session(tape, start_ns, end_ns):
    meta = replace(tape.meta, session_start_ns=start_ns, session_end_ns=end_ns)
    return MarketTape(tape.path, {name: getattr(tape, name) for name in COLUMNS}, meta)


def known_rows(tape, now_ns, feed_ns):
    """Rows of packets that are complete on the feed by a local time."""
    known = 0
    for row in range(len(tape)):
        if tape.ts_local_ns[row] + feed_ns > now_ns:
            break
        if tape.flags[row] & Flag.LAST:
            known = row + 1
    return known


@pytest.mark.parametrize("feed_ns", FEEDS)
def test_by_time_knows_what_has_come(feed_ns):
    tape = random_tape(3, 400)
    middle = START_NS + 7_000_001
    tape = with_session(tape, middle, int(tape.ts_local_ns[-1]) - 1_000_000)
    found = ByTime(3.0).decisions(tape, tape.ts_local_ns + feed_ns)
    assert found.dtype == DECISION_DTYPE
    times = list(range(middle, tape.meta.session_end_ns, 3_000_000))
    assert found["ts_local_ns"].tolist() == times
    assert found["row"].tolist() == [known_rows(tape, now, feed_ns) for now in times]


@pytest.mark.parametrize("feed_ns", FEEDS)
@pytest.mark.parametrize("events", [1, 7, 35])
def test_by_events_waits_for_the_packet(events, feed_ns):
    tape = random_tape(4, 400)
    tape = with_session(tape, START_NS + 5_000_000, int(tape.ts_local_ns[-1]) - 5_000_000)
    found = ByEvents(events).decisions(tape, tape.ts_local_ns + feed_ns)
    ends = packet_ends(tape)
    inside = [
        int(end)
        for end in ends
        if tape.meta.session_start_ns <= tape.ts_local_ns[end - 1] < tape.meta.session_end_ns
    ]
    expected, wanted = [], inside[0]
    while wanted <= inside[-1]:
        expected.append(next(end for end in inside if end >= wanted))
        wanted += events
    assert found["row"].tolist() == sorted(set(expected))
    assert found["ts_local_ns"].tolist() == [
        int(tape.ts_local_ns[row - 1]) + feed_ns for row in found["row"]
    ]


@pytest.mark.parametrize("step", [ByTime(0.5), ByTime(20.0), ByEvents(1), ByEvents(50)])
@pytest.mark.parametrize("feed_ns", FEEDS)
def test_only_whole_packets_and_only_known_rows(step, feed_ns):
    tape = random_tape(5, 600)
    found = step.decisions(tape, tape.ts_local_ns + feed_ns)
    rows, times = found["row"], found["ts_local_ns"]
    assert np.all(np.diff(rows) >= 0)
    assert np.all(np.diff(times) >= 0)
    after = rows[rows > 0]
    assert np.all(tape.flags[after - 1] & Flag.LAST)
    assert np.all(tape.ts_local_ns[after - 1] + feed_ns <= times[rows > 0])


def test_packet_ends():
    tape = random_tape(6, 50)
    assert packet_ends(tape)[-1] == len(tape)
    assert packet_ends(tape).size == 90


def test_a_session_without_packets_has_no_decisions():
    tape = random_tape(7, 50)
    late = int(tape.ts_local_ns[-1]) + 1_000
    tape = with_session(tape, late, late)
    assert ByTime().decisions(tape, tape.ts_local_ns).size == 0
    assert ByEvents().decisions(tape, tape.ts_local_ns).size == 0


@pytest.mark.parametrize("make", [lambda: ByTime(0.0), lambda: ByTime(-1.0), lambda: ByEvents(0)])
def test_steps_go_forward(make):
    with pytest.raises(ConfigError, match="step"):
        make()
