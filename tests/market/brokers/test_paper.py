"""Fills as simple brokers' simulators give them: at the mid, at once, in any size."""

import pytest

from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel
from hft_gym.market.brokers.paper import Paper
from hft_gym.market.fees.basis_points import BasisPoints
from hft_gym.market.interfaces import MarketModels, immediate_fill_px
from hft_gym.market.latencies.constant import constant_latency
from hft_gym.market.queues.fifo import Fifo
from hft_gym.market.records import OrderType
from tests.market.compiling import uncompiled
from tests.market.desk import Desk

pytestmark = pytest.mark.kernel


@kernel
def price(model, side, bid_ticks, ask_ticks):
    return immediate_fill_px(model, side, bid_ticks, ask_ticks)


def desk(queue, fees=None, **more):
    made = Desk(**more)
    made.models = MarketModels(constant_latency(0, 0), queue, fees or BasisPoints(10.0, 10.0))
    return made


@pytest.mark.parametrize(
    ("side", "model", "touch", "px"),
    [
        # a mid of 50 000.00 in cents: five hundredths of a per cent are 25.00
        (1, Paper(5.0), (4_999_950, 5_000_050), 5_002_500),
        (-1, Paper(5.0), (4_999_950, 5_000_050), 4_997_500),
        (1, Paper(0.0, 2.0), (100, 102), 103),
        (-1, Paper(0.0, 2.0), (100, 102), 99),
        (1, Paper(0.0, 0.0), (100, 103), 102),  # a mid of 101.5, rounded against us
        (-1, Paper(0.0, 0.0), (100, 103), 101),
        (1, Paper(100.0), (-201, -199), -198),  # spreads may have prices below 0
        (-1, Paper(100.0), (-201, -199), -202),
    ],
)
def test_the_price(side, model, touch, px):
    assert immediate_fill_px(model, side, *touch) == price(model, side, *touch) == px


@uncompiled
def test_slippage_and_fee_of_a_round_trip():
    """A buy and a sell of 2 at a mid of 100 with 5 % of slippage and 0.1 % of fee, by hand."""
    here = desk(Paper(500.0), book=[(1, 90, 5), (-1, 110, 5)])
    here.new(0, 1, 1, 0, 2, order_type=OrderType.MARKET)
    here.run(2)
    # 100 + 5 = 105; fee 0.001 * 105 * 2
    assert (here.me["position_lots"], here.me["cash_ticks"]) == (2, -210)
    assert here.me["fees_microticks"] == 210_000
    here.new(0, 3, -1, 0, 2, order_type=OrderType.MARKET)
    here.run(4)
    # pnl = (95 - 105) * 2, fees of both
    assert (here.me["position_lots"], here.me["cash_ticks"]) == (0, -20)
    assert here.me["fees_microticks"] == 210_000 + 190_000


@uncompiled
def test_size_is_free_and_nothing_is_taken():
    here = desk(Paper(0.0))
    here.new(0, 1, 1, 102, 500)
    here.run(2)
    assert (here.me["position_lots"], here.me["cash_ticks"]) == (500, -51_000)
    assert here.me["taker_lots"] == 500
    assert here.me["consumed_lots"] == 0


@uncompiled
def test_limits_are_kept_and_rest_without_a_queue():
    results = []
    for queue in (Paper(0.0, 1.0), Fifo()):
        here = desk(queue)
        here.new(0, 1, 1, 100, 2)  # 101.5 + 1 is beyond its limit
        here.run(1.5)
        assert here.me["position_lots"] == 0
        here.trade(2, 100, 1, [(here.keys[100], 1)])
        here.run(3)
        results.append((int(here.me["position_lots"]), int(here.me["cash_ticks"])))
    assert results == [(1, -100), (0, 0)]  # the optimist and the believable exchange


@uncompiled
def test_no_market_no_fill():
    here = desk(Paper(0.0), book=[(-1, 103, 5)])
    here.new(0, 1, 1, 102, 1)
    here.run(2)
    assert here.me["position_lots"] == 0


def test_slippage_below_nothing():
    with pytest.raises(ConfigError, match="slippage"):
        Paper(-1.0).check()
    Paper().check()
