import numpy as np
import pytest

from hft_gym.tape.generated import price
from hft_gym.tape.generated.market import LADDER_TICKS

pytestmark = [pytest.mark.kernel, pytest.mark.filterwarnings("ignore:overflow")]


def walk(world, steps, step_s):
    path = np.empty(steps)
    for k in range(steps):
        world["state"]["now_s"] += step_s
        price.advance_price(world, step_s)
        path[k] = world["state"]["efficient_ticks"]
    return path


def test_the_walk_has_the_volatility_asked_for(world):
    world["rules"]["busy_ratio"] = 1.0
    world["rules"]["drift_ticks_per_s"] = 0.0
    moves = np.diff(walk(world, 4_000, 0.25))
    expected = world["rules"]["volatility_ticks_per_sqrt_s"] * 0.5
    assert moves.std() == pytest.approx(expected, rel=0.06)  # four standard errors are 0.045


def test_the_public_price_follows(world):
    world["state"]["efficient_ticks"] += 10.0
    world["rules"]["volatility_ticks_per_sqrt_s"] = 0.0
    world["rules"]["drift_ticks_per_s"] = 0.0
    price.advance_price(world, float(world["rules"]["learning_s"]))
    gap = world["state"]["efficient_ticks"] - world["state"]["public_ticks"]
    assert gap == pytest.approx(10.0 * np.exp(-1.0))
    assert price.believed_ticks(world, 1.0) == world["state"]["efficient_ticks"]
    assert price.believed_ticks(world, 0.0) == world["state"]["public_ticks"]


def test_the_walk_stays_on_the_ladder(world):
    world["rules"]["volatility_ticks_per_sqrt_s"] = 3_000.0
    levels = walk(world, 300, 1.0) - world["state"]["base_px_ticks"]
    assert levels.min() >= price.EDGE_TICKS
    assert levels.max() <= LADDER_TICKS - price.EDGE_TICKS


def test_a_trade_moves_the_price_by_its_surprise(world):
    start = float(world["state"]["efficient_ticks"])
    price.learn_from_trade(world, 1, 4, False)
    first = world["state"]["efficient_ticks"] - start
    assert first == pytest.approx(2.0 * world["rules"]["impact_ticks_per_sqrt_lot"])
    for _ in range(50):
        price.learn_from_trade(world, 1, 4, False)
    before = float(world["state"]["efficient_ticks"])
    price.learn_from_trade(world, 1, 4, False)
    assert 0.0 < world["state"]["efficient_ticks"] - before < first


def test_the_informed_teach_the_public_alone(world):
    start = float(world["state"]["efficient_ticks"])
    price.learn_from_trade(world, -1, 1, True)
    assert world["state"]["efficient_ticks"] == start
    assert world["state"]["public_ticks"] < start


def test_spells_of_drift_come_and_go(world):
    drifts = set()
    for _ in range(600):
        walk(world, 1, 1.0)
        drifts.add(float(world["state"]["drift_ticks_per_s"]))
    size = float(world["rules"]["drift_ticks_per_s"])
    assert drifts == {-size, 0.0, size}
