import pytest

from hft_gym.backtest.memory import Memory
from hft_gym.backtest.records import FOREVER_NS
from hft_gym.backtest.run import NO_STATE
from hft_gym.errors import ConfigError
from hft_gym.kernel.address import address_of
from tests.backtest.cases import ORDERS, random_ground

pytestmark = pytest.mark.kernel


def memory(start=0):
    meta = random_ground().tape.meta
    span_ns = (meta.session_start_ns + start, meta.session_end_ns)
    return Memory(random_ground(), span_ns, ORDERS, 0, NO_STATE)


def test_what_came_before_the_start_is_known_and_has_happened():
    held = memory(30_000_000)
    held.listen(True, True, 0)
    desk = held.desks[0]
    clock, ground = desk["clock"], held.ground
    start = clock["now_ns"]
    times = ground.times_ns
    assert times[clock["packet_index"]] < start <= times[clock["packet_index"] + 1]
    assert clock["first_index"] == clock["packet_index"] > 0
    assert ground.tape.ts_exchange_ns[desk["trader"]["row"] - 1] <= start
    assert ground.tape.ts_exchange_ns[desk["trader"]["row"]] > start
    assert clock["next_timer_ns"] == FOREVER_NS


def test_more_room_keeps_the_fills():
    held = memory()
    clock = held.desks[0]["clock"]
    before = int(clock["fill_places"])
    held.make_room()
    assert clock["fill_places"] == before  # nothing has been written
    held.fills["lots"][:2] = [3, 4]
    clock["fills"] = before - 1
    held.make_room()
    assert clock["fill_places"] >= 2 * before
    assert clock["fills_address"] == address_of(held.fills)
    assert held.logged["lots"][:3].tolist() == [3, 4, 0]


def test_a_journal_is_drained():
    held = memory()
    journal = held.keep_journal()
    assert held.desks[0]["trader"]["journal_address"] != 0
    held.make_room()
    assert journal.entries().size == 0


def test_who_hears_of_nothing_is_refused():
    with pytest.raises(ConfigError, match="on_event"):
        memory().listen(False, True, 0)
    with pytest.raises(ConfigError, match="timer_ns"):
        memory().listen(True, True, -5)
