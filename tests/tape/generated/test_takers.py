import numpy as np
import pytest

from hft_gym.tape.generated import book, flow, takers

pytestmark = [pytest.mark.kernel, pytest.mark.filterwarnings("ignore:overflow")]


@pytest.fixture
def founded(world):
    flow.found(world)
    return world


def test_signs_of_noise_stay_correlated(world):
    signs = np.array([takers.noise_side(world) for _ in range(6_000)])
    assert abs(signs.mean()) < 0.5
    assert 0.1 < np.corrcoef(signs[1:], signs[:-1])[0, 1] < 0.6


def test_knowledge_is_worth_something_only_beyond_the_touch(founded):
    assert takers.gain_ticks(founded, 1) == 0.0
    founded["state"]["efficient_ticks"] = 20_000.0 + 3.0  # the touch is at 1
    fee = float(founded["rules"]["informed_threshold_ticks"])
    assert takers.gain_ticks(founded, 1) == pytest.approx(2.0 - fee)
    assert takers.gain_ticks(founded, -1) == 0.0


def test_the_informed_pay_no_more_than_it_is_worth(founded):
    founded["state"]["efficient_ticks"] = 20_000.0 + 3.5
    for _ in range(60):
        takers.trade_on_knowledge(founded, 1)
        if takers.gain_ticks(founded, 1) == 0.0:
            break
    rows = founded["out"][: int(founded["state"]["out_records"])]
    paid = rows["price"][rows["action"] == ord("T")] // 250_000_000 - 20_000
    assert set(paid.tolist()) == {1, 2, 3}
    assert book.touch_level(founded, -1) == 4096 + 4


def test_noise_trades_near_the_touch(founded):
    for _ in range(30):
        takers.trade_for_noise(founded)
    rows = founded["out"][: int(founded["state"]["out_records"])]
    assert (rows["action"] == ord("T")).sum() > 5
    assert rows["size"][rows["action"] == ord("T")].max() <= 20


def test_nobody_trades_with_an_empty_side(world):
    book.rest(world, 1, 4095, 2)
    for _ in range(30):
        takers.trade_for_noise(world)
        takers.trade_on_knowledge(world, 1)
    rows = world["out"][: int(world["state"]["out_records"])]
    assert set(rows["side"][rows["action"] == ord("T")].tolist()) <= {ord("A")}
