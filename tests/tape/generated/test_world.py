import numpy as np

from hft_gym.tape.generated.market import LADDER_TICKS, LOWEST_PX_TICKS, GeneratedMarket
from hft_gym.tape.generated.world import FIRST_ORDER_ID, MAX_ORDERS, new_world


def test_a_new_world_is_empty_and_centred(world):
    state = world["state"]
    assert state["base_px_ticks"] + LADDER_TICKS // 2 == 20_000
    assert (state["best_bid_level"], state["best_ask_level"]) == (-1, LADDER_TICKS)
    assert state["live_orders"] == 0
    free = [int(state["free_slot"])]
    while world["orders"]["behind_slot"][free[-1]] >= 0:
        free.append(int(world["orders"]["behind_slot"][free[-1]]))
    assert sorted(free) == list(range(MAX_ORDERS))


def test_rules_are_the_market_s(world):
    market = GeneratedMarket()
    for name in world["rules"].dtype.names:
        assert world["rules"][name] == getattr(market, name)


def test_days_differ_in_random_state_and_order_ids():
    worlds = [new_world(GeneratedMarket(), day, 0, 20_000.0) for day in range(3)]
    assert len({int(w["state"]["random_state"]) for w in worlds}) == 3
    ids = [int(w["state"]["next_order_id"]) for w in worlds]
    assert ids[0] == FIRST_ORDER_ID
    assert np.diff(ids).min() > 10_000_000


def test_the_ladder_never_reaches_below_the_lowest_price():
    state = new_world(GeneratedMarket(), 0, 0, 1.0)["state"]
    assert state["base_px_ticks"] == LOWEST_PX_TICKS
