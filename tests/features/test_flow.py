"""Order flow: the published sequence, and who may add to the sums."""

import itertools

import numpy as np
import pytest

from hft_gym.features.flow import OrderFlowImbalance, TradeFlow, order_flow_imbalance
from hft_gym.features.interfaces import STATE, market_value, on_packet, on_trade
from tests.features.samples import NO_LADDER, view_of
from tests.naive import features as naive
from tests.random_tapes import START_NS

pytestmark = pytest.mark.kernel

# best bid, its lots, best ask, its lots (Cont, Kukanov and Stoikov 2014, eq. 4)
TOUCHES = [
    (100, 5, 101, 7),
    (100, 8, 101, 7),
    (100, 8, 101, 4),
    (100, 2, 101, 4),
    (101, 3, 102, 6),
    (101, 3, 102, 6),
    (100, 4, 102, 9),
    (100, 4, 101, 5),
]
FLOWS = [3, 3, -6, 7, 0, -6, -5]


def test_the_published_sequence():
    pairs = list(itertools.pairwise(TOUCHES))
    assert [order_flow_imbalance(view_of(*now, before=before)) for before, now in pairs] == FLOWS
    assert [naive.order_flow(before, now) for before, now in pairs] == FLOWS


def test_it_adds_up_and_fades():
    feature, state = OrderFlowImbalance(half_life_s=2.0, scale_lots=10.0), np.zeros(STATE)
    for before, now in itertools.pairwise(TOUCHES):
        view = view_of(*now, before=before)
        view["ts_local_ns"] = START_NS
        on_packet(feature, state, view, NO_LADDER)
    for half_lives in range(3):
        now_ns = START_NS + half_lives * 2_000_000_000
        found = market_value(feature, state, view, NO_LADDER, now_ns)
        assert found == pytest.approx(sum(FLOWS) / 10.0 / 2**half_lives, abs=1e-6)


@pytest.mark.parametrize("missing", ["is_two_sided", "was_two_sided"])
def test_a_touch_that_comes_or_goes_is_no_flow(missing):
    state = np.zeros(STATE)
    view = view_of(*TOUCHES[1], before=TOUCHES[0])
    view[missing] = False
    on_packet(OrderFlowImbalance(), state, view, NO_LADDER)
    assert not state.any()


def test_trades_count_with_their_aggressor():
    feature, state = TradeFlow(half_life_s=1.0, scale_lots=4.0), np.zeros(STATE)
    view = view_of(*TOUCHES[0])
    view["ts_local_ns"] = START_NS
    for side, lots in [(1, 10), (-1, 2), (0, 50)]:  # the last is an auction's
        on_trade(feature, state, view, side, 101, lots)
    value = market_value(feature, state, view, NO_LADDER, START_NS + 1_000_000_000)
    assert value == pytest.approx(1.0, abs=1e-6)
