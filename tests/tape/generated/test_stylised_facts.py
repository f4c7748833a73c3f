"""What a real market shows must show here; the bounds are wide, the seed is fixed."""

from types import SimpleNamespace

import numpy as np
import pytest

from hft_gym.tape.generated.day import day_records
from hft_gym.tape.generated.market import GeneratedMarket
from hft_gym.tape.generated.world import new_world
from tests.tape.generated.replay import SNAPSHOT, replay

SESSION_S = 600


@pytest.fixture(scope="module")
def market():
    """Ten minutes: times in s, prices in ticks; the touch after every packet."""
    world = new_world(GeneratedMarket(seed=21), 0, 0, 20_000.0)
    records = np.concatenate([part.copy() for part in day_records(world, SESSION_S)])
    _, touch = replay(records)
    live = records[(records["flags"] & SNAPSHOT) == 0]
    trades = live[live["action"] == ord("T")]
    first = np.flatnonzero(np.diff(trades["ts_event"].astype("i8"), prepend=-1))
    times_s, bid, ask = touch[:, 0] / 1e9, touch[:, 1] / 25e7, touch[:, 2] / 25e7
    times_s[0] = 0.0  # the snapshot
    return SimpleNamespace(
        live=live,
        times_s=times_s,
        mid=(bid + ask) / 2,
        spread=ask - bid,
        bid_lots=touch[:, 3],
        ask_lots=touch[:, 4],
        lasts_s=np.diff(times_s, append=SESSION_S),
        trades=trades,
        trades_s=trades["ts_event"][first] / 1e9,
        signs=np.where(trades["side"][first] == ord("B"), 1, -1),
        px=trades["price"][first] / 25e7,
        levels=len(trades) / len(first),
    )


def mid_at(market, when_s):
    return market.mid[np.searchsorted(market.times_s, when_s, side="right") - 1]


def correlation(a, b):
    return np.corrcoef(a, b)[0, 1]


def test_records_come_at_a_lively_rate_and_in_clusters(market):
    assert 200 < len(market.live) / SESSION_S < 600
    per_bin = np.bincount((market.live["ts_event"] / 1e8).astype(int), minlength=10 * SESSION_S)
    assert per_bin.var() / per_bin.mean() > 2.0  # 1 for independent arrivals
    shares = {a: np.mean(market.live["action"] == ord(a)) for a in "ACMTF"}
    assert 0.02 < shares["T"] < 0.09
    assert 0.3 < shares["A"] < 0.5
    assert 0.05 < shares["M"] < 0.25


def test_spread_and_queues(market):
    weights = market.lasts_s / market.lasts_s.sum()
    assert 1.4 < weights @ market.spread < 2.1
    assert weights @ (market.spread <= 3) > 0.95
    assert 10 < weights @ market.bid_lots < 40
    assert 10 < weights @ market.ask_lots < 40


def test_the_price_moves_but_not_wildly(market):
    moves = np.diff(mid_at(market, np.arange(0, SESSION_S, 1.0)))
    assert 0.5 < moves.std() < 2.0
    assert abs(correlation(moves[1:], moves[:-1])) < 0.25
    assert 10 < np.ptp(market.mid) < 150


def test_imbalance_foretells_the_next_second(market):
    when_s = np.arange(1, SESSION_S - 1, 0.5)
    at = np.searchsorted(market.times_s, when_s, side="right") - 1
    imbalance = (market.bid_lots - market.ask_lots)[at] / (market.bid_lots + market.ask_lots)[at]
    assert 0.1 < correlation(imbalance, mid_at(market, when_s + 1) - mid_at(market, when_s)) < 0.45


def test_signs_of_trades_stay_correlated(market):
    at_lag = {k: correlation(market.signs[k:], market.signs[:-k]) for k in (1, 5, 50)}
    assert 0.1 < at_lag[1] < 0.5
    assert 0.03 < at_lag[5] < at_lag[1]
    assert abs(at_lag[50]) < 0.15


def test_trades_cost_most_of_what_they_pay(market):
    """Adverse selection eats a good part of the half spread, and leaves the maker something."""
    whole = market.trades_s < SESSION_S - 11
    times_s, signs, px = market.trades_s[whole], market.signs[whole], market.px[whole]
    before = mid_at(market, times_s - 1e-9)
    half_spread = (signs * (px - before)).mean()
    impact = {h: (signs * (mid_at(market, times_s + h) - before)).mean() for h in (0.1, 1.0, 10.0)}
    assert 0.6 < half_spread < 1.1
    assert 0.05 < impact[0.1] < impact[1.0]
    assert 0.2 < impact[1.0] < 0.9 * half_spread
    assert 0.2 < impact[10.0] < 1.2 * half_spread
    assert 1.005 < market.levels < 1.2  # some sweep more than one level


def test_orders_live_for_seconds(market):
    ids, born = np.unique(
        market.live["order_id"][market.live["action"] == ord("A")], return_index=True
    )
    born_s = market.live["ts_event"][market.live["action"] == ord("A")][born] / 1e9
    gone = market.live[market.live["action"] == ord("C")][::-1]
    last_id, last = np.unique(gone["order_id"], return_index=True)
    both, a, b = np.intersect1d(ids, last_id, return_indices=True)
    lives_s = gone["ts_event"][last[b]] / 1e9 - born_s[a]
    assert len(both) > 10_000
    assert 0.5 < np.median(lives_s) < 10.0


def test_the_feed_is_as_late_as_the_venue_s(market):
    delay_us = (market.live["ts_recv"].astype("i8") - market.live["ts_event"].astype("i8")) / 1e3
    low, middle, high = np.percentile(delay_us, [1, 50, 99])
    assert 83 < low < 90
    assert 110 < middle < 130
    assert 800 < high < 1_500
