"""Rates of orders and trades."""

import math

import numpy as np
import pytest

from hft_gym.features.interfaces import market_value, on_order, on_packet, on_trade
from hft_gym.features.rates import ArrivalRate, CancelRate, HawkesIntensity, TradeIntensity
from hft_gym.tape.rows import Kind
from tests.features.samples import NO_LADDER, state_for, view_of

pytestmark = pytest.mark.kernel

SECOND_NS = 1_000_000_000
LN2 = math.log(2.0)


def at(seconds):
    view = view_of(100, 5, 102, 5)
    view["ts_local_ns"] = round(seconds * SECOND_NS)
    return view


def test_steady_events_have_their_rate():
    feature, state = TradeIntensity(2.0, 1.0), state_for(TradeIntensity())
    for k in range(2_000):
        on_trade(feature, state, at(k * 0.02), (-1) ** k, 100, 1)
    found = market_value(feature, state, at(40), NO_LADDER, round(39.99 * SECOND_NS))
    assert found == pytest.approx(50.0, rel=1e-3)


@pytest.mark.parametrize(("side", "count"), [(0, 3), (1, 2), (-1, 1)])
def test_arrivals_of_a_side_within_reach(side, count):
    feature = ArrivalRate(side, 2, 1.0, 1.0)
    state = state_for(feature)
    for kind, of_side, px in [
        (Kind.ADD, 1, 98),
        (Kind.ADD, 1, 101),
        (Kind.ADD, 1, 97),
        (Kind.ADD, -1, 104),
        (Kind.REDUCE, 1, 100),
    ]:
        on_order(feature, state, at(1), int(kind), of_side, px, 1)
    found = market_value(feature, state, at(1), NO_LADDER, SECOND_NS)
    assert found == pytest.approx(count * LN2)


def test_what_has_traded_is_not_cancelled():
    feature = CancelRate(-1, 2, 1.0, 1.0)
    state = state_for(feature)
    for kind, px, lots, count in [
        (Kind.REDUCE, 102, 2, 1),
        (Kind.FILL, 102, 3, 1),
        (Kind.FILL, 102, 2, 1),
        (Kind.REDUCE, 102, 3, 1),
        (Kind.REDUCE, 102, 3, 2),  # 2 of them traded, 1 was withdrawn
        (Kind.REDUCE, 103, 1, 3),
        (Kind.FILL, 102, 9, 3),
    ]:
        on_order(feature, state, at(1), int(kind), -1, px, lots)
        assert state[0] == count
    on_packet(feature, state, at(1), NO_LADDER)
    on_order(feature, state, at(1), int(Kind.REDUCE), -1, 102, 9)  # of another packet
    on_order(feature, state, at(1), int(Kind.REDUCE), 1, 100, 9)  # of the other side
    assert market_value(feature, state, at(1), NO_LADDER, SECOND_NS) == pytest.approx(4 * LN2)


def test_hawkes_log_likelihood():
    """Events 1, 2, 4 until 5, base .5, jump .8, decay 1.2: -5.7886103078270015."""
    base, jump, decay = 0.5, 0.8, 1.2
    feature = HawkesIntensity(base, jump, decay, 1.0)
    state, times, end = state_for(feature), [1, 2, 4], 5
    logs = 0.0
    for seconds in times:
        view = at(seconds)
        logs += math.log(market_value(feature, state, view, NO_LADDER, seconds * SECOND_NS))
        on_trade(feature, state, view, 1, 100, 1)
    ages = end - np.array(times)
    compensator = base * end + jump / decay * (1 - np.exp(-decay * ages)).sum()
    assert logs - compensator == pytest.approx(-5.7886103078270015, abs=1e-9)
