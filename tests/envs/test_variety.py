"""What is drawn anew for each episode, in environments: of the seed alone, seen in the market."""

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.interfaces import OpenEnded, record_of
from hft_gym.envs.records import ENV_DTYPE
from hft_gym.errors import ConfigError
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.fees.scaled_fees import ScaledFees
from hft_gym.market.interfaces import Latency
from hft_gym.market.latencies.constant import Constant
from hft_gym.market.latencies.scaled import Scaled
from tests.envs.samples import random_actions

pytestmark = [pytest.mark.kernel, pytest.mark.long]

EPISODE, STEPS = 15, 40
WAY = Scaled(Constant(300_000), 0.2, 5.0)
VARIED = MODELS._replace(
    market=MODELS.market._replace(
        latency=Latency(WAY, WAY, WAY, Constant(50_000)), fees=ScaledFees(PerLot(0.1, 0.4), 0.5, 2)
    ),
    task=OpenEnded(start_lots=3),
)


def run(dataset, first, stop, threads=1):
    core = BatchCore(dataset, VARIED, stop - first, episode_decisions=EPISODE, threads=threads)
    core.reset(np.arange(first, stop))
    actions = random_actions(STEPS, 64)[:, first:stop]
    seen = [
        [tuple(part[k].tobytes() for part in outcome) for k in range(stop - first)]
        for outcome in ((*core.step(a), core.view(), core.finished) for a in actions)
    ]
    core.close()
    return seen


def test_bytes_depend_on_the_seed_alone(tiny):
    whole = run(tiny, 0, 64)
    for first, stop, threads in ((0, 64, 2), (7, 14, 2), (30, 31, 1)):
        assert run(tiny, first, stop, threads) == [step[first:stop] for step in whole]


def test_each_episode_has_its_own(tiny):
    core = BatchCore(tiny, VARIED, 200, episode_decisions=EPISODE)
    core.reset(np.arange(200))
    trader = core.envs["trader"]
    for name in ("latency_share", "fee_share"):
        shares = trader[name].copy()
        assert len(np.unique(shares)) == 200
        assert abs(shares.mean() - 0.5) < 4 / np.sqrt(12 * 200)
    held = core.view()["position_lots"]
    lots, counts = np.unique(held, return_counts=True)
    assert lots.tolist() == [-3, -2, -1, 0, 1, 2, 3]
    assert counts.min() > 10
    before = trader["latency_share"].copy()
    for action in random_actions(EPISODE, 200):
        core.step(action)
    assert (core.envs["trader"]["latency_share"] != before).all()


def test_a_position_at_the_start_costs_what_closing_it_brings(tiny):
    core = BatchCore(tiny, VARIED, 200, episode_decisions=EPISODE)
    core.reset(np.arange(200))
    held, view = core.view()["position_lots"], core.view()
    px = np.where(held > 0, view["bid_ticks"], view["ask_ticks"])
    assert (core.envs["trader"]["cash_ticks"] == -held * px).all()
    half = 0.5 * (view["ask_ticks"] - view["bid_ticks"])
    assert view["pnl_ticks"] == pytest.approx(np.abs(held) * half)


def test_slow_episodes_are_slow_and_dear_ones_dear(tiny):
    core = BatchCore(tiny, VARIED, 64, episode_decisions=EPISODE)
    core.reset(np.arange(64))
    core.step(np.zeros((64, 2), np.int64))
    trader = core.envs["trader"]
    sent = trader["messages_sent"] > 0
    arrived = trader["last_arrival_ns"] - (core.envs["ts_local_ns"] - 2_000_000)
    factor = 0.2 * 25.0 ** trader["latency_share"]
    assert arrived[sent] == pytest.approx(300_000 * factor[sent], abs=1)
    assert sent.sum() > 30
    for action in random_actions(EPISODE - 2, 64, seed=1):
        core.step(action)
    trader = core.envs["trader"]
    made = trader["lots_traded"] - trader["taker_lots"]
    fee = (0.5 + 1.5 * trader["fee_share"]) * (0.1 * made + 0.4 * trader["taker_lots"])
    assert trader["fees_microticks"] / 1e6 == pytest.approx(fee, abs=1e-4)
    assert made.sum() > 20


def test_what_cannot_vary_is_told(tiny):
    market = VARIED.market._replace(latency=VARIED.market.latency._replace(feed=WAY))
    with pytest.raises(ConfigError, match=r"latency\.feed cannot be Scaled"):
        BatchCore(tiny, VARIED._replace(market=market), 1, episode_decisions=EPISODE)
    with pytest.raises(ConfigError, match="may begin with 11 lots, more than max_position_lots"):
        BatchCore(tiny, MODELS._replace(task=OpenEnded(11)), 1, episode_decisions=EPISODE)
    with pytest.raises(ConfigError, match="start_lots"):
        OpenEnded(-1).check()


def test_who_does_not_vary_has_no_room_for_it():
    assert record_of(MODELS) is ENV_DTYPE
    assert {"latency_share", "fee_share"} <= set(record_of(VARIED)["trader"].names)
