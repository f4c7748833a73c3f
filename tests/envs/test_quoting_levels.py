"""Several quotes a side, message by message; random wishes against a slow twin."""

import numpy as np
import pytest

from hft_gym.envs.quoting_levels import requote_levels
from hft_gym.envs.records import env_dtype
from hft_gym.market.records import Action, Intent
from tests.envs.sent import MARKET, TAPE, answered, env_of, sent

pytestmark = pytest.mark.kernel

LEVELS, LIMIT = 3, 10
DTYPE = env_dtype(2 * LEVELS)


def want(env, bids, asks, limit=LIMIT):
    """Targets `[(price, lots)]` of both sides; what has been sent for them."""
    for first, side in enumerate((bids, asks)):
        for level in range(LEVELS):
            px, lots = side[level] if level < len(side) else (0, 0)
            env["target_px_ticks"][2 * level + first] = px
            env["target_lots"][2 * level + first] = lots
    requote_levels(MARKET, TAPE, env, limit)
    return sent(env)


def working(env, side):
    """{(price, lots)} of our working orders of a side, sorted."""
    return sorted(
        (int(i["px_ticks"]), int(i["leaves_lots"]))
        for i in env["trader"]["intents"]
        if i["state"] == Intent.WORKING and i["side"] == side
    )


def settle(env):
    """All that was asked has happened."""
    for slot, intent in enumerate(env["trader"]["intents"]):
        if intent["state"] == Intent.CANCELLING:
            answered(env, slot, 0)
        elif intent["state"] == Intent.WORKING:
            answered(env, slot)


def test_every_level_gets_an_order():
    env = env_of(DTYPE)
    told = want(env, [(100, 1), (99, 2), (98, 3)], [(103, 1), (104, 2)])
    assert [m[0] for m in told] == [Action.NEW] * 5
    assert working(env, 1) == [(98, 3), (99, 2), (100, 1)]
    assert working(env, -1) == [(103, 1), (104, 2)]
    assert all(slot % 2 == (side < 0) for _, slot, side, _, _ in told)


@pytest.mark.parametrize(("ticks", "moved"), [(1, 98), (-1, 100)])
def test_when_the_touch_moves_by_a_tick_one_order_moves(ticks, moved):
    env = env_of(DTYPE)
    want(env, [(100, 1), (99, 1), (98, 1)], [])
    slot = [int(i["px_ticks"]) for i in env["trader"]["intents"]].index(moved)
    told = want(env, [(100 + ticks, 1), (99 + ticks, 1), (98 + ticks, 1)], [])
    assert told == [(Action.MODIFY, slot, 1, {1: 101, -1: 97}[ticks], 1)]


def test_the_retreating_side_moves_first():
    env = env_of(DTYPE)
    want(env, [(100, 1)], [(103, 1)])
    assert [m[2] for m in want(env, [(102, 1)], [(105, 1)])] == [-1, 1]
    assert [m[2] for m in want(env, [(98, 1)], [(101, 1)])] == [1, -1]


@pytest.mark.parametrize("px_ticks", [90, 110])
def test_the_price_of_an_order_that_is_gone_decides_nothing(px_ticks):
    env = env_of(DTYPE)
    want(env, [(px_ticks, 1)], [(120, 1)])
    answered(env, 0, 0)  # filled
    assert [m[2] for m in want(env, [(100, 1)], [(104, 1)])] == [-1, 1]
    want(env, [(100, 1), (px_ticks, 1)], [(120, 1)])
    answered(env, 2, 0)
    assert [m[2] for m in want(env, [(101, 1)], [(121, 1)])] == [-1, 1]
    assert [m[2] for m in want(env, [(99, 1)], [(103, 1)])] == [1, -1]


def test_levels_come_and_go():
    env = env_of(DTYPE)
    want(env, [(100, 1), (99, 1), (98, 1)], [])
    told = want(env, [(99, 1)], [])
    assert sorted(m[0] for m in told) == [Action.CANCEL] * 2
    assert working(env, 1) == [(99, 1)]
    assert want(env, [(99, 1), (97, 2), (96, 2)], []) == []  # no slot is free until then
    settle(env)
    assert [m[0] for m in want(env, [(99, 1), (97, 2), (96, 2)], [])] == [Action.NEW] * 2


def test_two_levels_may_share_a_price():
    env = env_of(DTYPE)
    assert len(want(env, [(100, 1), (100, 2)], [])) == 2
    assert want(env, [(100, 1), (100, 2)], []) == []


def test_the_position_limit_cuts_the_later_levels_first():
    env = env_of(DTYPE, position=6)
    want(env, [(100, 2), (99, 3), (98, 1)], [(103, 9), (104, 9), (105, 9)])
    assert working(env, 1) == [(99, 2), (100, 2)]
    assert working(env, -1) == [(103, 9), (104, 7)]
    env["trader"]["known_position_lots"] = 9
    told = want(env, [(100, 2), (99, 3), (98, 1)], [])
    assert (Action.MODIFY, 0, 1, 100, 1) in told
    assert working(env, 1)[-1][0] == 100


def test_a_market_that_cannot_be_traded_is_left():
    env = env_of(DTYPE)
    want(env, [(100, 1), (99, 1)], [(103, 1)])
    env["is_tradable"] = 0
    assert [m[0] for m in want(env, [(100, 1), (99, 1)], [(103, 1)])] == [Action.CANCEL] * 3


def test_random_wishes_are_met_as_far_as_orders_are_free():
    random = np.random.default_rng(0)
    env = env_of(DTYPE)
    for _ in range(400):
        sides = []
        for middle in (100, 103):
            px = middle + random.integers(-3, 4, LEVELS)
            lots = random.integers(0, 4, LEVELS)
            sides.append(list(zip(px.tolist(), lots.tolist(), strict=True)))
        before = {side: working(env, side) for side in (1, -1)}
        stood = env["trader"]["intents"]["px_ticks"].tolist()
        told = want(env, *sides, limit=100)
        for side, wanted in zip((1, -1), sides, strict=True):
            prices = sorted(px for px, lots in wanted if lots > 0)
            mine = [m for m in told if m[2] == side]
            kept = list(prices)
            for px, _ in before[side]:  # what stood at a wanted price has not moved
                if px in kept:
                    kept.remove(px)
            stay = len(prices) - len(kept)
            gone = [m for m in mine if m[0] == Action.CANCEL or m[3] not in prices]
            assert all(m[0] == Action.CANCEL for m in gone)
            moved = [m for m in mine if m[0] == Action.MODIFY and m[3] != stood[m[1]]]
            assert len(moved) == min(len(before[side]) - stay, len(kept))
            found = sorted(int(i["px_ticks"]) for i in env["trader"]["intents"]
                           if i["state"] == Intent.WORKING and i["side"] == side)  # fmt: skip
            assert set(found) <= set(prices)
        if random.random() < 0.5:
            settle(env)
            for side, wanted in zip((1, -1), sides, strict=True):
                want(env, *sides, limit=100)
                prices = sorted(px for px, lots in wanted if lots > 0)
                assert sorted(px for px, _ in working(env, side)) == prices


def test_a_level_grows_only_when_the_others_have_shrunk():
    env = env_of(DTYPE)
    want(env, [(100, 5), (99, 5)], [])
    settle(env)
    told = want(env, [(100, 1), (98, 9)], [])  # the five at 100 may fill before they are cut
    assert told == [(Action.MODIFY, 0, 1, 100, 1), (Action.MODIFY, 2, 1, 98, 5)]
    answered(env, 0, leaves_lots=1)
    answered(env, 2)
    assert want(env, [(100, 1), (97, 9)], []) == [(Action.MODIFY, 2, 1, 97, 9)]
    assert want(env, [(100, 1), (97, 9), (96, 9)], []) == []


def changed(order, message):
    """What the exchange makes of an order `[side, px, leaves, filled]` by a message."""
    action, _, side, px, lots, filled_before = message
    if action == Action.NEW:
        return [side, px, lots, 0]
    gone = order[3] - filled_before
    leaves = max(0, lots - gone) if action == Action.MODIFY and order[2] > 0 else 0
    return [order[0], px, leaves, order[3]]


@pytest.mark.parametrize("seed", range(6))
def test_no_position_breaks_the_limit_whatever_fills_before_messages_arrive(seed):
    """Sizes of their own at every level; messages and answers take random times."""
    random = np.random.default_rng(seed)
    env = env_of(DTYPE)
    orders, position, closest = [[0, 0, 0, 0, 0] for _ in range(2 * LEVELS)], 0, 0
    under_way, answers = [], []

    for step in range(600):
        sides = []
        for first, middle in ((0, 100), (1, 103)):
            px = middle - (1 - 2 * first) * random.integers(0, 3, LEVELS)
            sides.append(
                list(zip(px.tolist(), random.integers(0, 9, LEVELS).tolist(), strict=True))
            )
        intents = env["trader"]["intents"]
        filled = intents["filled_lots"].tolist()
        under_way += [(*m, filled[m[1]], int(intents["order_id"][m[1]])) for m in want(env, *sides)]
        while under_way and random.random() < 0.6:
            *message, order_id = under_way.pop(0)
            slot = message[1]
            orders[slot] = [*changed(orders[slot], message), order_id]
            answers.append((slot, 1, 0, *orders[slot][2:]))
        way = 1 if step % 80 < 40 else -1  # long enough to come to the limit
        for slot, order in enumerate(orders):
            if order[0] == way and order[2] > 0 and random.random() < 0.7:
                lots = int(random.integers(1, order[2] + 1))
                order[2], order[3] = order[2] - lots, order[3] + lots
                position += way * lots
                answers.append((slot, 0, way * lots, *order[2:]))
        closest = max(closest, abs(position))
        assert abs(position) <= LIMIT
        while answers and random.random() < 0.8:
            slot, count, lots, leaves, filled_lots, order_id = answers.pop(0)
            intent = intents[slot]
            env["trader"]["known_position_lots"] += lots
            if intent["order_id"] != order_id:
                continue
            intent["in_flight"] -= count
            intent["leaves_lots"], intent["filled_lots"] = leaves, filled_lots
            if leaves == 0:
                intent["state"] = Intent.NONE
    assert closest == LIMIT
