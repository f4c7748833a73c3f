"""The kernel agrees with its slow twin after every decision, on random and nasty tapes."""

import numpy as np
import pytest

from hft_gym.envs.actions.touch_quotes import TouchQuotes
from hft_gym.envs.core import BatchCore
from hft_gym.envs.dataset import MARGIN_TICKS, Dataset
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.grid import ByTime
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.latencies.constant import Constant, constant_latency
from hft_gym.market.queues.fifo import Fifo
from tests.naive.trader import NaiveQuoter
from tests.random_tapes import random_tape, tape_rows

pytestmark = pytest.mark.kernel

LATENCIES = [(0, 0), (250_000, 250_000), (3_000_000, 1_000_000), (15_000_000, 20_000_000)]


def _quotes(post_only, lots):
    # inside the spread, or taking, where orders may take
    return TouchQuotes(4, lots, post_only, 0 if post_only else -3)


def _naive(tape, core, latency, lots):
    low = tape.meta.low_ticks - MARGIN_TICKS
    band = (low, low + core.dataset.places // 2 - 1)
    entry, response = latency
    delays = (lambda ts: entry, lambda ts: entry, lambda ts: response)
    trader = NaiveQuoter(tape_rows(tape), delays, (50_000, 100_000), band, max_position=5 * lots)
    trader.play(core.dataset.markets[0].decisions["row"][0])
    return trader


def _same(core, naive, where):
    trader = core.envs[0]["trader"]
    truth = (trader["position_lots"], trader["cash_ticks"], trader["fees_microticks"])
    assert tuple(map(int, truth)) == tuple(naive.truth), where
    known = [int(trader[f"known_{n}"]) for n in ("position_lots", "cash_ticks", "fees_microticks")]
    assert known == naive.known, where
    for slot in range(2):
        order = trader["orders"][slot]
        ours = next((o for o in naive.live if o.slot == slot), None)
        assert (order["leaves_lots"] > 0) == (ours is not None), where
        if ours is not None:
            here = (int(order["px_ticks"]), int(order["leaves_lots"]), int(order["ahead_lots"]))
            assert here == (ours.px, ours.leaves, naive.ahead(ours)), where
    assert trader["message_count"] == len(naive.messages), where


@pytest.mark.parametrize("post_only", [True, False])
@pytest.mark.parametrize("latency", LATENCIES)
def test_kernel_equals_naive_exchange(latency, post_only):
    lots = 3
    for seed in range(3):
        tape = random_tape(seed + 10 * int(post_only), 1500)
        dataset = Dataset.of([tape], ByTime(5), (), Constant(20_000))
        decisions = dataset.markets[0].decisions
        market = MarketModels(constant_latency(*latency), Fifo(), PerLot(0.05, 0.1))
        models = MODELS._replace(market=market, action=_quotes(post_only, lots), own_features=())
        length = decisions.size - 1
        core = BatchCore(dataset, models, 1, episode_decisions=length, max_position_lots=5 * lots)
        core.reset_at(np.array([[0, 0, length]]))
        naive = _naive(tape, core, latency, lots)
        random = np.random.default_rng(seed)
        nearest = models.action.nearest_ticks
        action = np.zeros((1, 2), np.int64)
        for k in range(length - 1):
            if random.random() < 0.6:
                action = random.integers(0, 5, (1, 2))
            d = decisions[k]
            quoting = bool(d["is_tradable"])
            targets = [
                (int(d["bid_ticks"]) - nearest - int(action[0, 0]), lots),
                (int(d["ask_ticks"]) + nearest + int(action[0, 1]), lots),
            ]
            targets = [
                (px, n if quoting and 0 <= action[0, s] < 4 else 0)
                for s, (px, n) in enumerate(targets)
            ]
            naive.decide(targets, int(d["ts_local_ns"]), post_only)
            naive.until(int(decisions[k + 1]["row"]), int(decisions[k + 1]["ts_local_ns"]))
            core.step(action)
            _same(core, naive, (seed, k))
        assert core.envs[0]["trader"]["lots_traded"] >= 10
