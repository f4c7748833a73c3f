"""A position closed by walking the displayed book, against a slow twin, on random tapes."""

import numpy as np
import pytest

from hft_gym.envs.closing import close_displayed
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.records import env_dtype
from hft_gym.market.account import clear_trader
from hft_gym.market.columns import book_records
from hft_gym.market.fees.per_lot import PerLot
from tests.naive import execution as naive

pytestmark = pytest.mark.kernel

MARKET = MODELS.market._replace(fees=PerLot(0.1, 0.25))


@pytest.mark.parametrize("tape", [0, 1])
def test_it_walks_as_its_slow_twin_does(tiny, tape):
    market, record = tiny.markets[tape], tiny.table[tape]
    random = np.random.default_rng(tape)
    consumed, ladders = np.zeros((2, 1, tiny.places), np.int32)
    book = book_records(consumed, ladders, market.index.base_ticks)[0]
    env = np.zeros(1, env_dtype(1))[0]
    trader, left_over, closed = env["trader"], 0, 0
    tradable = np.flatnonzero(market.decisions["is_tradable"])
    for k in random.choice(tradable, 25, replace=False):
        decision = market.decisions[k]
        row, held = int(decision["row"]), int(random.integers(-60, 60))
        clear_trader(trader, row, int(decision["bid_ticks"] + decision["ask_ticks"]))
        touch = int(decision["bid_ticks"]), int(decision["ask_ticks"])
        env["bid_ticks"], env["ask_ticks"] = touch
        env["ts_local_ns"] = decision["ts_local_ns"]
        trader["position_lots"] = trader["known_position_lots"] = held
        consumed[:] = 0
        taken = {}
        for side, px in ((1, touch[0]), (-1, touch[1])):  # some of the touch is ours already
            lots = int(random.integers(0, 3))
            consumed[0, 2 * (px - market.index.base_ticks) + (side < 0)] = lots
            taken[side, px] = lots
        found = close_displayed(MARKET, record["columns"], book, env, 6)
        trades, left = naive.walk(market, row, taken, held, touch, 6)
        side = -1 if held > 0 else 1
        cash = -side * sum(px * lots for px, lots in trades)
        fees = round(0.25e6) * abs(held)
        assert found == ((abs(held), left) if held else (0, 0))
        for known in ("", "known_"):
            assert trader[f"{known}position_lots"] == 0
            assert trader[f"{known}cash_ticks"] == cash
            assert trader[f"{known}fees_microticks"] == fees
        assert trader["taker_lots"] == trader["lots_traded"] == abs(held)
        assert trader["bid_fills"] + trader["ask_fills"] == len(trades)
        assert trader["response_count"] == 0
        left_over, closed = left_over + left, closed + abs(held) - left
    assert left_over > 0
    assert closed > 0
