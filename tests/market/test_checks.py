"""Models that cannot be are refused before anything is compiled."""

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.dataset import Dataset
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.grid import ByTime
from hft_gym.errors import ConfigError
from hft_gym.market.checks import check_models, check_queue, has_orders, trader_fields_of
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.market.fees.per_message import PerMessage
from hft_gym.market.fees.scaled_fees import ScaledFees
from hft_gym.market.fees.tiers import Tiers
from hft_gym.market.interfaces import MarketModels
from hft_gym.market.latencies.by_load import ByLoad
from hft_gym.market.latencies.by_size import BySize
from hft_gym.market.latencies.constant import Constant, constant_latency
from hft_gym.market.latencies.scaled import Scaled
from hft_gym.market.latencies.uniform import Uniform
from hft_gym.market.queues.fifo import Fifo
from hft_gym.market.queues.power import Power
from hft_gym.market.queues.pro_rata import ProRata
from tests.market.compiling import uncompiled
from tests.market.queues.samples import in_levels
from tests.random_tapes import random_tape

GOOD = MarketModels(constant_latency(1, 1), Fifo(), PerLot())


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (GOOD._replace(latency=GOOD.latency._replace(cancel=Uniform(3, 2))), "low_ns"),
        (GOOD._replace(latency=GOOD.latency._replace(feed=ByLoad(Uniform(3, 2)))), "low_ns"),
        (GOOD._replace(queue=Power(-1.0)), "n must be above 0"),
        (GOOD._replace(queue=ProRata(fifo_share=1.5)), "parts from 0 to 1"),
        (GOOD._replace(fees=Tiers(second_from_lots=0)), "second_from_lots"),
    ],
)
def test_each_part_is_asked(bad, message):
    check_models(GOOD)
    with pytest.raises(ConfigError, match=message):
        check_models(bad)


def test_an_exact_place_needs_single_orders():
    orders = random_tape(1, 60)
    levels = in_levels(orders).tape()
    assert (has_orders(orders), has_orders(levels)) == (True, False)
    check_queue(Fifo(), orders, True)
    for queue in (Power(), ProRata()):
        check_queue(queue, levels, False)
    with pytest.raises(ConfigError, match=r"test shows levels.*queue=risk_averse, power"):
        check_queue(Fifo(), levels, False)


@uncompiled
@pytest.mark.kernel
def test_environments_ask_before_they_are_made():
    tape = in_levels(random_tape(1, 200)).tape()
    dataset = Dataset.of([tape], ByTime(5.0), ())
    with pytest.raises(ConfigError, match="test shows levels, no single orders: Fifo"):
        BatchCore(dataset, MODELS, 1, episode_decisions=2)
    bad = MODELS._replace(market=GOOD._replace(queue=Power(0.0)))
    with pytest.raises(ConfigError, match="n must be above 0"):
        BatchCore(dataset, bad, 1, episode_decisions=2)


@uncompiled
@pytest.mark.kernel
def test_environments_on_levels():
    tape = in_levels(random_tape(2, 800)).tape()
    dataset = Dataset.of([tape], ByTime(2.0), ())
    models = MODELS._replace(market=MODELS.market._replace(queue=Power()))
    core = BatchCore(dataset, models, 1, episode_decisions=40)
    core.reset(np.array([3]))
    for _ in range(39):
        core.step(np.zeros((1, 2), np.int64))
    trader = core.envs["trader"][0]
    assert trader["lots_traded"] > 0
    assert trader["taker_lots"] == 0


SLOWER = Scaled(Constant(100))
NESTED = BySize(SLOWER)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (
            GOOD._replace(latency=GOOD.latency._replace(feed=BySize(SLOWER))),
            "feed cannot be Scaled",
        ),
        (
            GOOD._replace(latency=GOOD.latency._replace(entry=BySize(SLOWER))),
            "Scaled within another",
        ),
        (GOOD._replace(fees=PerMessage(fills=ScaledFees(PerLot()))), "ScaledFees within another"),
        (GOOD._replace(fees=ScaledFees(ScaledFees(PerLot()))), "ScaledFees within another"),
    ],
)
def test_what_is_drawn_for_an_episode_stands_outermost(bad, message):
    with pytest.raises(ConfigError, match=message):
        trader_fields_of(bad)


def test_fields_of_an_episode():
    good = GOOD._replace(
        latency=GOOD.latency._replace(entry=SLOWER, cancel=Scaled(BySize(Constant(1)))),
        fees=ScaledFees(PerMessage()),
    )
    assert trader_fields_of(good) == [("latency_share", "f8"), ("fee_share", "f8")]
