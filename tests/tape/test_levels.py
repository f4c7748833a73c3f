"""Totals by price against a dict, over the whole range of prices."""

import numba
import numpy as np
import pytest

from hft_gym.tape import levels as ladder
from hft_gym.tape.levels import LEVELS_DTYPE, NO_ASK, NO_BID, SHIFT, LevelsMemory

NEARLY_FAR = [-9_000, -4097, -4096, -1, 0, 1, 4095, 4096, 20_000]
FAR = [-(2**31) + 1, -5_000_000, -4097, -4096, -1, 0, 1, 4095, 4096, 20_000, 2**31 - 1]


def touch(state):
    return int(state["best_bid_level"]), int(state["best_ask_level"])


def touch_of(totals):
    bids = [px + SHIFT for side, px in totals if side > 0]
    asks = [px + SHIFT for side, px in totals if side < 0]
    return max(bids, default=NO_BID), min(asks, default=NO_ASK)


@pytest.mark.parametrize("prices", [range(40, 60), NEARLY_FAR, FAR], ids=["near", "pages", "far"])
def test_it_is_a_dict(prices):
    if numba.config.DISABLE_JIT and prices is FAR:
        pytest.skip("a million pages are too many for plain Python")
    rng = np.random.default_rng(1)
    state = np.zeros(1, LEVELS_DTYPE)[0]
    memory = LevelsMemory(state, room=2)
    totals = {}
    for _ in range(400):
        if totals and rng.random() < 0.55:
            side, px_ticks = list(totals)[rng.integers(len(totals))]
            lots = int(rng.integers(1, totals[side, px_ticks] + 1))
            ladder.leave(state, side, px_ticks, lots)
            totals[side, px_ticks] -= lots
            if totals[side, px_ticks] == 0:
                del totals[side, px_ticks]
        else:
            side, px_ticks = int(rng.choice([-1, 1])), int(rng.choice(prices))
            if not ladder.levels_have_room(state):
                memory.grow()
            ladder.put(state, side, px_ticks, 3)
            assert ladder.has_page(state, px_ticks)
            totals[side, px_ticks] = totals.get((side, px_ticks), 0) + 3
        bid, ask = touch_of(totals)
        assert touch(state) == (bid, ask)
        assert bool(ladder.is_crossed(state)) == (bid >= ask)
    ladder.clear(state)
    assert touch(state) == (NO_BID, NO_ASK)
    ladder.put(state, 1, prices[0], 1)
    assert touch(state) == (prices[0] + SHIFT, NO_ASK)
