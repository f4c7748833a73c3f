import numpy as np
import pytest

from hft_gym.tape.generated import book, flow, owners

pytestmark = [pytest.mark.kernel, pytest.mark.filterwarnings("ignore:overflow")]


@pytest.fixture
def founded(world):
    flow.found(world)
    return world


def test_sizes_are_geometric(world):
    lots = np.array([owners.geometric_lots(world, 3.0, 50) for _ in range(3_000)])
    assert lots.min() == 1
    assert lots.mean() == pytest.approx(3.0, abs=0.2)  # four standard errors are 0.18
    assert owners.geometric_lots(world, 1.0, 50) == 1
    assert max(owners.geometric_lots(world, 9.0, 4) for _ in range(50)) == 4


def test_new_orders_never_cross(founded):
    founded["state"]["efficient_ticks"] += 6.0  # far beyond the asks
    founded["state"]["public_ticks"] += 6.0
    for _ in range(200):
        assert owners.wanted_level(founded, 1) < book.touch_level(founded, -1)
        assert owners.wanted_level(founded, -1) > book.touch_level(founded, 1)


def test_the_touch_is_watched_as_the_price_comes_near(founded):
    assert owners.stale_orders(founded, -1) == 0.0
    assert owners.room_to_join(founded, -1) == 0.0  # 24 lots are enough
    slot = int(founded["levels"][book.touch_level(founded, -1)]["front_slot"])
    book.shrink(founded, slot, 2)
    founded["rules"]["short_queue_lots"] = 44.0
    assert owners.room_to_join(founded, -1) == pytest.approx(0.5)
    founded["state"]["efficient_ticks"] += 1.0
    founded["state"]["public_ticks"] += 1.0
    assert owners.room_to_join(founded, -1) == 0.0
    assert owners.stale_orders(founded, -1) == pytest.approx(8 * 0.6)


def test_a_flight_takes_from_the_touch(founded):
    level = book.touch_level(founded, 1)
    owners.flee(founded, 1)
    assert founded["levels"][level]["orders"] == 7


def test_a_thin_book_keeps_its_orders(world):
    for side in (1, -1):
        book.rest(world, side, 4096 - side, 2)
    for _ in range(20):
        owners.withdraw(world)
        owners.flee(world, 1)
    assert world["state"]["live_orders"] == 2


def test_near_orders_are_the_restless_ones(founded):
    away = [
        owners.edge_ticks(founded, int(order["side"]), int(order["level"]))
        for order in (founded["orders"][owners.restless_order(founded)] for _ in range(300))
    ]
    assert np.median(away) < 17.5  # 20.5 were they all alike
