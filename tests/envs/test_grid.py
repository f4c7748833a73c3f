"""Decisions and what is known at them, against a count row by row."""

from dataclasses import replace

import numpy as np
import pytest

from hft_gym.envs.grid import ByEvents, ByTime, ByTouch, ByTrades, packet_ends
from hft_gym.errors import ConfigError
from hft_gym.features.engine import DECISION_DTYPE
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import COLUMNS, Flag, Kind
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


def packets_inside(tape):
    """(row after the packet, trades in it, touch after it) of the session, row by row."""
    levels, trades, found = {}, 0, []
    touch = before = (None, None)
    for row in range(len(tape)):
        kind, place = tape.kind[row], (int(tape.side[row]), int(tape.px_ticks[row]))
        trades += int(kind == Kind.TRADE)
        if kind in (Kind.ADD, Kind.REDUCE):
            sign = 1 if kind == Kind.ADD else -1
            levels[place] = levels.get(place, 0) + sign * int(tape.lots[row])
        elif kind == Kind.CLEAR:
            levels.clear()
        if tape.flags[row] & Flag.LAST:
            shown = [place for place, lots in levels.items() if lots > 0]
            touch = (
                max((px for side, px in shown if side > 0), default=None),
                min((px for side, px in shown if side < 0), default=None),
            )
            inside = tape.meta.session_start_ns <= tape.ts_local_ns[row] < tape.meta.session_end_ns
            if inside:
                found.append((row + 1, trades, touch != before or row == 0))
            trades, before = 0, touch
    return found


def every(number, packets, of):
    """Rows of the packets in which every so-many-th thing happens."""
    rows, seen = [], 0
    for packet in packets:
        earlier, seen = seen, seen + int(packet[of])
        if seen // number > earlier // number:
            rows.append(packet[0])
    return rows


@pytest.mark.parametrize("feed_ns", FEEDS)
@pytest.mark.parametrize("number", [1, 3, 10])
@pytest.mark.parametrize(("step", "of"), [(ByTrades, 1), (ByTouch, 2)])
def test_by_trades_and_by_touch_count_what_happens_in_the_session(step, of, number, feed_ns):
    tape = random_tape(8, 500)
    tape = with_session(tape, START_NS + 5_000_000, int(tape.ts_local_ns[-1]) - 5_000_000)
    found = step(number).decisions(tape, tape.ts_local_ns + feed_ns)
    expected = every(number, packets_inside(tape), of)
    assert len(expected) > 5
    assert found["row"].tolist() == expected
    assert found["ts_local_ns"].tolist() == [
        int(tape.ts_local_ns[row - 1]) + feed_ns for row in expected
    ]


@pytest.mark.parametrize("step", [ByTrades(2), ByTouch(2)])
def test_what_comes_later_moves_no_earlier_decision(step):
    tape = random_tape(9, 400)
    cut = int(packet_ends(tape)[-60])
    columns = {name: getattr(tape, name)[:cut] for name in COLUMNS}
    part = MarketTape(tape.path, columns, tape.meta)
    whole, early = (step.decisions(t, t.ts_local_ns) for t in (tape, part))
    assert 5 < early.size < whole.size
    assert (whole[: early.size] == early).all()


@pytest.mark.parametrize(
    "step",
    [ByTime(0.5), ByTime(20.0), ByEvents(1), ByEvents(50), ByTrades(1), ByTouch(1), ByTouch(4)],
)
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
    for step in (ByEvents(), ByTrades(), ByTouch()):
        assert step.decisions(tape, tape.ts_local_ns).size == 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: ByTime(0.0),
        lambda: ByTime(-1.0),
        lambda: ByEvents(0),
        lambda: ByTrades(0),
        lambda: ByTouch(0),
    ],
)
def test_steps_go_forward(make):
    with pytest.raises(ConfigError, match="step"):
        make()
