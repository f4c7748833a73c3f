import numpy as np
import pytest

from hft_gym.backtest.feed import find_packet, know_until, known_ns_of
from hft_gym.backtest.memory import Memory
from hft_gym.backtest.records import FOREVER_NS
from hft_gym.backtest.run import NO_STATE
from hft_gym.tape.rows import Flag
from tests.backtest.cases import ORDERS, random_ground
from tests.naive.backtest import packets_of

pytestmark = pytest.mark.kernel


def memory():
    ground = random_ground()
    meta = ground.tape.meta
    return Memory(ground, (meta.session_start_ns, meta.session_end_ns), ORDERS, 0, NO_STATE)


def test_packets_come_whole_and_at_their_time():
    held = memory()
    desk, clock = held.desks[0], held.desks[0]["clock"]
    found = []
    clock["known_row"] = 0
    find_packet(desk)
    while clock["next_packet_ns"] < FOREVER_NS:
        found.append((int(clock["next_packet_ns"]), int(clock["next_row"])))
        clock["known_row"] = clock["next_row"]
        find_packet(desk)
    assert found == packets_of(held.ground)


def test_what_is_known_at_a_time_ends_a_packet():
    held = memory()
    desk, clock = held.desks[0], held.desks[0]["clock"]
    clock["known_row"] = 0
    packets = packets_of(held.ground)
    for ts in np.linspace(packets[0][0] - 5, packets[-1][0] + 5, 301).astype(np.int64):
        know_until(desk, ts)
        assert clock["known_row"] == max([row for at, row in packets if at <= ts], default=0)
    assert held.ground.tape.flags[clock["known_row"] - 1] & Flag.LAST


def test_times_of_rows_are_the_grounds():
    held = memory()
    assert np.array_equal(known_ns_of(held.desks[0]), held.ground.known_ns)
