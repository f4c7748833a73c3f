import numpy as np
import pytest

from hft_gym.tape.generated.day import day_records
from hft_gym.tape.generated.market import GeneratedMarket
from hft_gym.tape.generated.world import new_world
from tests.tape.generated.conftest import START_NS
from tests.tape.generated.replay import LAST, SNAPSHOT, replay

pytestmark = pytest.mark.filterwarnings("ignore:overflow")


@pytest.mark.kernel
def test_every_packet_obeys_the_book(short_day):
    _, world, records = short_day
    naive, touch = replay(records)
    assert len(touch) > 1_000
    state, orders = world["state"], world["orders"]
    live = world["live_slots"][: int(state["live_orders"])]
    ours = {int(orders[slot]["order_id"]): int(orders[slot]["lots"]) for slot in live}
    assert ours == {order_id: size for order_id, (_, _, size) in naive.orders.items()}


@pytest.mark.kernel
def test_a_day_opens_with_its_book(short_day):
    market, _, records = short_day
    in_snapshot = (records["flags"] & SNAPSHOT) != 0
    count = int(in_snapshot.sum())
    assert in_snapshot[:count].all()
    assert chr(records["action"][0]) == "R"
    assert (records["action"][1:count] == ord("A")).all()
    assert np.flatnonzero(records["flags"][:count] & LAST).tolist() == [count - 1]
    assert (records["ts_event"][:count] <= START_NS).all()
    live = records[count:]
    assert live["ts_event"].min() >= START_NS
    assert live["ts_event"].max() < START_NS + market.session_s * 10**9 + 10**6
    assert (np.diff(live["ts_event"].astype("i8")) >= 0).all()
    assert (np.diff(records["ts_recv"].astype("i8")) >= 0).all()
    assert (np.diff(live["sequence"].astype("i8")) >= 0).all()


def test_a_longer_session_begins_with_the_same_records():
    market = GeneratedMarket(seed=11)
    whole = [
        np.concatenate([p.copy() for p in day_records(new_world(market, 2, 0, 20_000.0), s)])
        for s in (10, 15)
    ]
    assert len(whole[0]) < len(whole[1])
    assert whole[0].tobytes() == whole[1][: len(whole[0])].tobytes()


def test_another_seed_is_another_market():
    days = [
        np.concatenate([p.copy() for p in day_records(new_world(m, day, 0, 20_000.0), 10)])
        for m, day in ((GeneratedMarket(seed=1), 0), (GeneratedMarket(seed=2), 0))
    ]
    assert days[0].tobytes() != days[1].tobytes()
