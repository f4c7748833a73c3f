import numpy as np
import pytest

from hft_gym.backtest.feed import know_until, known_packet, next_packet_ns, packets_of, times_of
from hft_gym.backtest.memory import Memory
from hft_gym.backtest.records import FOREVER_NS
from hft_gym.backtest.run import NO_STATE
from tests.backtest.cases import ORDERS, random_ground
from tests.naive.backtest import packets_of as naive_packets_of

pytestmark = pytest.mark.kernel


def memory():
    ground = random_ground()
    meta = ground.tape.meta
    return Memory(ground, (meta.session_start_ns, meta.session_end_ns), ORDERS, 0, NO_STATE)


def test_packets_come_whole_and_at_their_time():
    held = memory()
    desk, clock = held.desks[0], held.desks[0]["clock"]
    found = []
    assert known_packet(desk)["end_row"] == 0
    while next_packet_ns(desk) < FOREVER_NS:
        clock["packet_index"] += 1
        known_ns = times_of(desk)[clock["packet_index"]]
        found.append((int(known_ns), int(known_packet(desk)["end_row"])))
    assert found == naive_packets_of(held.ground)


def test_what_is_known_at_a_time_are_whole_packets():
    held = memory()
    desk = held.desks[0]
    packets = naive_packets_of(held.ground)
    for ts in np.linspace(packets[0][0] - 5, packets[-1][0] + 5, 301).astype(np.int64):
        know_until(desk, ts)
        expected = max([row for at, row in packets if at <= ts], default=0)
        assert known_packet(desk)["end_row"] == expected


def test_the_packets_are_the_grounds():
    held = memory()
    assert np.array_equal(packets_of(held.desks[0]), random_ground().packets)
    assert np.array_equal(times_of(held.desks[0]), random_ground().times_ns)
