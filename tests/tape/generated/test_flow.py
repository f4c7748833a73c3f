import numpy as np
import pytest

from hft_gym.tape.generated import flow
from hft_gym.tape.generated.world import OUT_RECORDS

pytestmark = [pytest.mark.kernel, pytest.mark.filterwarnings("ignore:overflow")]


def test_the_founded_book_is_symmetric_and_unrecorded(world):
    flow.found(world)
    state = world["state"]
    assert (state["best_bid_level"], state["best_ask_level"]) == (4095, 4097)
    assert state["live_orders"] == 2 * 8 * flow.BOOK_EXTENT_TICKS
    assert state["out_records"] == 0


def test_time_passes_and_stops_at_the_end(world):
    flow.found(world)
    assert flow.fill_out(world, 1.0)
    rows = world["out"][: int(world["state"]["out_records"])]
    assert len(rows) > 50
    assert rows["ts_event"].max() < world["state"]["start_ns"] + 1_000_000_000 + 1_000_000
    assert rows["flags"][-1] & 128


def test_a_full_buffer_leaves_room_for_a_packet(world):
    flow.found(world)
    world["state"]["out_records"] = OUT_RECORDS - flow.ROOM_RECORDS - 2
    assert not flow.fill_out(world, 100.0)
    assert world["state"]["out_records"] <= OUT_RECORDS


def test_bursts_end_even_where_most_events_are_trades(world):
    world["rules"]["noise_takers_per_s"] = 5_000.0
    flow.found(world)
    ratios = []
    for _ in range(1_000):
        flow.next_event(world)
        ratios.append(float(world["state"]["excitement_ratio"]))
    assert np.mean(ratios) < 5.0


def test_events_set_off_events(world):
    flow.found(world)
    gaps_s, before_s = [], 0.0
    for _ in range(1_500):
        flow.next_event(world)
        gaps_s.append(float(world["state"]["now_s"]) - before_s)
        before_s = float(world["state"]["now_s"])
    assert np.std(gaps_s) > 1.05 * np.mean(gaps_s)  # 1 for independent arrivals
