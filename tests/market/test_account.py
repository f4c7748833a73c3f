"""Fills become position, cash and fees; what we know follows by the response latency."""

import numpy as np
import pytest

from hft_gym.market.account import (
    News,
    clear_trader,
    crowd_of,
    fill,
    known_cost_ticks,
    known_equity_ticks,
    learn,
    respond,
)
from hft_gym.market.columns import COLUMNS_DTYPE
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.latencies.constant import constant_latency
from hft_gym.market.queues.fifo import Fifo
from hft_gym.market.records import TRADER_DTYPE, Intent, Reason

pytestmark = pytest.mark.kernel

MODELS = MarketModels(constant_latency(0, 1_000), Fifo(), PerLot(0.25, 0.5))
TAPE = np.zeros(1, COLUMNS_DTYPE)[0]  # the delays are constant
NAMES = ("position_lots", "cash_ticks", "fees_microticks")


def trader_with(*orders):
    """A trader with orders (side, px, lots), each believed to be working."""
    trader = np.zeros(1, TRADER_DTYPE)[0]
    clear_trader(trader, 0, 201)
    for slot, (side, px, lots) in enumerate(orders):
        order, intent = trader["orders"][slot], trader["intents"][slot]
        order["order_id"] = intent["order_id"] = slot + 1
        order["side"], order["px_ticks"], order["leaves_lots"] = side, px, lots
        intent["px_ticks"], intent["leaves_lots"] = px, lots
        intent["state"] = Intent.WORKING
    return trader


def truth(trader):
    return [int(trader[name]) for name in NAMES]


def known(trader):
    return [int(trader[f"known_{name}"]) for name in NAMES]


def under_way(trader):
    head, count = int(trader["response_head"]), int(trader["response_count"])
    ring = trader["responses"][(head + np.arange(count)) % trader["responses"].size]
    return [int(ring[name].sum()) for name in NAMES]


def test_a_fill_is_true_at_once_and_known_later():
    trader = trader_with((1, 100, 5), (-1, 102, 5))
    fill(MODELS, TAPE, trader, 0, 2, 100, 10_000, True)
    fill(MODELS, TAPE, trader, 1, 5, 102, 10_400, True)
    assert truth(trader) == [-3, -200 + 510, 7 * 250_000]
    assert known(trader) == [0, 0, 0]
    learn(trader, 10_999)
    assert known(trader) == [0, 0, 0]
    learn(trader, 11_000)
    assert known(trader) == [2, -200, 500_000]
    assert trader["intents"][0]["leaves_lots"] == 3
    assert trader["intents"][1]["state"] == Intent.WORKING
    learn(trader, 11_400)
    assert known(trader) == truth(trader)
    assert trader["intents"][1]["state"] == Intent.NONE
    assert trader["response_count"] == 0


def test_equity_marks_what_is_known():
    trader = trader_with((1, 100, 5))
    fill(MODELS, TAPE, trader, 0, 4, 100, 0, False)
    assert known_equity_ticks(trader, 2 * 103) == 0.0
    learn(trader, 1_000)
    assert known_equity_ticks(trader, 2 * 103) == 4 * 3 - 4 * 0.5
    assert known_equity_ticks(trader, 2 * 103 + 1) == 4 * 3.5 - 4 * 0.5
    assert trader["taker_lots"] == trader["lots_traded"] == 4
    assert trader["spread_half_ticks"] == 4 * (201 - 200)  # at the mid of the last decision


def test_answers_come_in_order():
    trader = trader_with((1, 100, 5), (-1, 102, 5))
    slow = MODELS._replace(latency=constant_latency(0, 9_000))
    fill(slow, TAPE, trader, 0, 1, 100, 1_000, True)
    fill(MODELS, TAPE, trader, 1, 1, 102, 2_000, True)  # would be known at 3,000
    learn(trader, 9_999)
    assert known(trader) == [0, 0, 0]
    learn(trader, 10_000)
    assert known(trader) == truth(trader)


def test_an_answer_about_an_older_order_leaves_the_newer_alone():
    trader = trader_with((1, 100, 5))
    respond(MODELS, TAPE, trader, 0, 0, News(2, int(Reason.CANCELLED), 1, 1))
    trader["intents"][0]["order_id"] = 9
    trader["intents"][0]["in_flight"] = 1
    learn(trader, 1_000)
    assert trader["intents"][0]["in_flight"] == 1
    assert trader["intents"][0]["state"] == Intent.WORKING


def test_what_we_last_asked_for_outlives_older_answers():
    trader = trader_with((1, 100, 5))
    intent = trader["intents"][0]
    intent["px_ticks"], intent["in_flight"] = 99, 2  # two changes of price are under way
    trader["orders"][0]["px_ticks"] = 98
    respond(MODELS, TAPE, trader, 0, 0, News(2, int(Reason.ACCEPTED), 1, 1))
    learn(trader, 1_000)
    assert (intent["px_ticks"], intent["in_flight"]) == (99, 1)
    trader["orders"][0]["px_ticks"] = 99
    respond(MODELS, TAPE, trader, 0, 5_000, News(2, int(Reason.POST_ONLY_WOULD_TAKE), 1, 1))
    learn(trader, 6_000)
    assert (intent["px_ticks"], intent["in_flight"]) == (99, 0)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_lost_on_the_way_however_crowded(seed):
    random = np.random.default_rng(seed)
    trader = trader_with((1, 100, 2_000), (-1, 102, 2_000), (1, 99, 2_000), (-1, 103, 2_000))
    now = 0
    crowds = 0
    for _ in range(400):
        now += int(random.integers(0, 80))
        slot = int(random.integers(0, 4))
        px = int(trader["orders"][slot]["px_ticks"])
        fill(MODELS, TAPE, trader, slot, int(random.integers(1, 4)), px, now, random.random() < 0.5)
        if random.random() < 0.2:
            learn(trader, now)
        total = [k + u for k, u in zip(known(trader), under_way(trader), strict=True)]
        assert total == truth(trader)
        assert trader["response_count"] <= crowd_of(trader) + 4
        crowds += trader["response_count"] >= crowd_of(trader)
    assert crowds > 0
    learn(trader, now + 1_000)
    assert known(trader) == truth(trader)
    filled = trader["orders"]["filled_lots"]
    assert (filled + trader["orders"]["leaves_lots"]).tolist() == [2_000] * 4
    assert (filled * trader["orders"]["side"]).sum() == trader["position_lots"]
    assert filled.sum() == trader["lots_traded"]


def test_an_episode_starts_flat_and_the_random_numbers_go_on():
    trader = trader_with((1, 100, 5))
    trader["random_state"] = 77
    fill(MODELS, TAPE, trader, 0, 2, 100, 0, True)
    clear_trader(trader, 12, 205)
    assert truth(trader) == known(trader) == [0, 0, 0]
    assert (trader["row"], trader["mid2_ticks"], trader["random_state"]) == (12, 205, 77)
    assert not trader["orders"]["leaves_lots"].any()
    assert not trader["intents"]["state"].any()
    for name in ("response_count", "message_count", "lots_traded", "bid_fills", "rejected"):
        assert trader[name] == 0


def test_what_is_known_is_booked_at_average_cost():
    trader = trader_with((1, 100, 6), (-1, 104, 8))
    fill(MODELS, TAPE, trader, 0, 2, 100, 1_000, True)
    fill(MODELS, TAPE, trader, 0, 2, 103, 2_000, True)
    learn(trader, 5_000)
    assert known_cost_ticks(trader) == 406
    assert trader["position_since_ns"] == 2_000  # a response latency after the first fill
    fill(MODELS, TAPE, trader, 1, 1, 104, 3_000, True)
    assert trader["known_realised_ticks"] == 0.0  # not known yet
    learn(trader, 5_000)
    assert trader["known_realised_ticks"] == 104 - 101.5
    assert known_cost_ticks(trader) == 3 * 101.5
    assert trader["position_since_ns"] == 2_000
    fill(MODELS, TAPE, trader, 1, 5, 105, 8_000, True)  # closes three, opens two the other way
    learn(trader, 10_000)
    assert trader["known_realised_ticks"] == 2.5 + 3 * 3.5
    assert known_cost_ticks(trader) == -2 * 105
    assert trader["position_since_ns"] == 9_000
    assert trader["known_traded_lots"] == 10
