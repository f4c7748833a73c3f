"""What must hold after every step, whatever a random agent does: the best fuzzer there is."""

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.tape.rows import Kind
from tests.envs.samples import (
    LATE_NEWS,
    PNL_MODELS,
    generated_dataset,
    random_actions,
    random_dataset,
)

pytestmark = pytest.mark.slow

LIMIT = 5
TAKING = PNL_MODELS._replace(
    action=PNL_MODELS.action._replace(lots=3, post_only=False, nearest_ticks=-3)
)
BOOKS = ("position_lots", "cash_ticks", "fees_microticks")


def core_of(dataset, models, num_envs=8):
    """As long an episode as fits, in every environment."""
    core = BatchCore(dataset, models, num_envs, episode_decisions=50, max_position_lots=LIMIT)
    last = [market.decisions.size - 1 for market in dataset.markets]
    tapes = np.arange(num_envs) % len(last)
    core.reset(np.arange(num_envs))
    core.reset_at(np.array([[t, k % 3, last[t]] for k, t in enumerate(tapes)]))
    return core, min(last) - 4


def under_way(trader, name):
    """`[envs]` sum of a field over the answers on their way."""
    responses = trader["responses"].shape[1]
    number = np.arange(responses)
    places = (trader["response_head"][:, None] + number) % responses
    there = number < trader["response_count"][:, None]
    values = np.take_along_axis(trader["responses"][name], places, axis=1)
    return np.where(there, values, 0).sum(axis=1)


def check_books(core, observations, rewards):
    """Knowledge and news make the truth; equity is what the books say; limits hold."""
    envs, trader = core.envs, core.envs["trader"]
    for name in BOOKS:
        assert (trader[f"known_{name}"] + under_way(trader, name) == trader[name]).all(), name
    mid2 = envs["bid_ticks"] + envs["ask_ticks"]
    known = trader["known_cash_ticks"] + 0.5 * trader["known_position_lots"] * mid2
    known -= trader["known_fees_microticks"] / 1e6
    assert core.view()["pnl_ticks"] == pytest.approx(known, abs=1e-9)
    for name in ("position_lots", "known_position_lots"):
        assert np.abs(trader[name]).max() <= LIMIT
    assert np.isfinite(observations).all()
    assert np.isfinite(rewards).all()
    assert (trader["orders"]["leaves_lots"] >= 0).all()
    assert (trader["orders"]["ahead_lots"] >= 0).all()


def note_orders(trader, filled):
    """Remember of every order (environment, id) its side and how much of it has filled."""
    for k, slot in zip(*np.nonzero(trader["orders"]["order_id"][:, :2]), strict=True):
        order = trader["orders"][k, slot]
        filled[int(k), int(order["order_id"])] = (1 - 2 * int(slot), int(order["filled_lots"]))


@pytest.mark.parametrize("make", [random_dataset, generated_dataset])
@pytest.mark.parametrize("models", [PNL_MODELS, LATE_NEWS, TAKING], ids=["post", "late", "take"])
def test_the_books_are_right_after_every_step(make, models):
    core, steps = core_of(make(), models)
    filled, total = {}, np.zeros(core.num_envs)
    for action in random_actions(min(steps, 400), core.num_envs, seed=13, stay=0.4):
        observations, rewards, _, _ = core.step(action)
        check_books(core, observations, rewards)
        total += rewards
        trader = core.envs["trader"]
        note_orders(trader, filled)
        for k in range(core.num_envs):
            ours = [lots for (env, _), lots in filled.items() if env == k]
            assert sum(lots for _, lots in ours) == trader["lots_traded"][k]
            assert sum(side * lots for side, lots in ours) == trader["position_lots"][k]
        assert total == pytest.approx(core.view()["pnl_ticks"], abs=1e-2)
    assert trader["lots_traded"].sum() > 10
    assert (trader["taker_lots"].sum() > 0) == (not models.action.post_only)


def lots_on_offer(tape, rows, quotes):
    """Lots that rows of the tape could have traded with orders at prices within `quotes`."""
    rows = slice(*rows)
    kind, side, px = tape.kind[rows], tape.side[rows], tape.px_ticks[rows]
    low_ask, high_bid = quotes
    meets = ((side < 0) & (px <= high_bid)) | ((side > 0) & (px >= low_ask))
    comes = (kind == Kind.TRADE) | (kind == Kind.ADD)
    return int(tape.lots[rows][meets & comes].sum())


@pytest.mark.parametrize("make", [random_dataset, generated_dataset])
def test_no_fill_is_larger_than_what_traded(make):
    dataset = make()
    core, steps = core_of(dataset, PNL_MODELS)
    bids, asks = [core.envs["trader"]["orders"]["px_ticks"][:, slot].copy() for slot in (0, 1)]
    for action in random_actions(min(steps, 400), core.num_envs, seed=14):
        before = core.envs["trader"][["row", "lots_traded"]].copy()
        wanted = core.view()
        core.step(action)
        trader = core.envs["trader"]
        new_bids, new_asks = [trader["orders"]["px_ticks"][:, slot].copy() for slot in (0, 1)]
        for k in range(core.num_envs):
            high = max(bids[k], new_bids[k], wanted["own_bid_ticks"][k])
            low = min(p for p in (asks[k], new_asks[k], wanted["own_ask_ticks"][k], 2**30) if p > 0)
            rows = (before["row"][k], trader["row"][k])
            traded = trader["lots_traded"][k] - before["lots_traded"][k]
            tape = dataset.markets[core.view()["tape"][k]].tape
            assert traded <= lots_on_offer(tape, rows, (low, high))
        bids, asks = new_bids, new_asks
    assert trader["lots_traded"].sum() > 20


@pytest.mark.parametrize("make", [random_dataset, generated_dataset])
def test_profit_of_single_lots_to_the_tick(make):
    """A ledger of one-lot fills, first in first out, from the news alone."""
    core, steps = core_of(make(), PNL_MODELS)
    fills = [{} for _ in range(core.num_envs)]  # order id -> (time, side, price)
    for action in random_actions(min(steps, 400), core.num_envs, seed=15):
        before = core.envs["trader"]["orders"][:, :2].copy()
        core.step(action)
        for k in range(core.num_envs):
            for slot, order in enumerate(core.envs["trader"]["orders"][k, :2]):
                for each in (before[k, slot], order):
                    if each["filled_lots"] > 0 and each["leaves_lots"] == 0:
                        here = (1 - 2 * slot, int(each["px_ticks"]))
                        assert fills[k].setdefault(int(each["order_id"]), here) == here
    fees = PNL_MODELS.market.fees
    pairs = 0
    for k, env in enumerate(core.envs):
        open_lots, profit = [], 0
        for _, (side, px) in sorted(fills[k].items()):
            if open_lots and open_lots[0][0] == -side:
                bought_or_sold, first_px = open_lots.pop(0)
                profit += bought_or_sold * (px - first_px)
                pairs += 1
            else:
                open_lots.append((side, px))
        mid2 = int(env["bid_ticks"]) + int(env["ask_ticks"])
        marked = profit + sum(side * (mid2 / 2 - px) for side, px in open_lots)
        trader = env["trader"]
        assert sum(side for side, _ in open_lots) == trader["position_lots"]
        gross = int(trader["cash_ticks"]) + int(trader["position_lots"]) * mid2 / 2
        assert marked == gross
        paid = len(fills[k]) * fees.maker_ticks
        assert trader["fees_microticks"] / 1e6 == pytest.approx(paid, abs=1e-9)
    assert pairs > 20
