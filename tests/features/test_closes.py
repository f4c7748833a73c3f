"""Returns, momentum and averages of closes, by hand."""

import math

import pytest

from hft_gym.features.closes import (
    Acceleration,
    EmaDeviation,
    EmaDifference,
    PriceMomentum,
    RateOfChange,
    Return,
    log_return,
    relative_change,
)
from hft_gym.features.interfaces import market_value, on_packet
from tests.features.samples import NO_LADDER, after_closes, state_for, view_of

pytestmark = pytest.mark.kernel

CLOSES = [10_000, 10_010, 10_004, 10_030, 10_025]


def test_prices_without_a_logarithm():
    assert [log_return(1.0, 0.0), log_return(-1.0, 2.0), relative_change(1.0, 0.0)] == [0, 0, 0]
    assert relative_change(-3.0, -2.0) == 0.5


@pytest.mark.parametrize(("bars", "before"), [(1, 10_030), (4, 10_000)])
def test_returns_reach_from_a_close_to_now(bars, before):
    found = after_closes(Return(bars, 1.0, 2.0), CLOSES, now=10_040)
    assert found == pytest.approx(1e4 * math.log(10_040 / before) / 2)


def test_momentum_and_its_change():
    assert after_closes(PriceMomentum(4, 1.0, 1.0), CLOSES) == pytest.approx(15 / 10_010 * 1e4)
    assert after_closes(RateOfChange(4, 1.0, 1.0), CLOSES) == pytest.approx(0.25)
    expected = 1e4 * (21 / 10_004 - 4 / 10_000)
    assert after_closes(Acceleration(2, 1.0, 1.0), CLOSES) == pytest.approx(expected)


@pytest.mark.parametrize(
    "feature", [Return(5), PriceMomentum(6), RateOfChange(5), Acceleration(3)], ids=repr
)
def test_too_few_closes(feature):
    assert after_closes(feature, CLOSES) == 0.0


def test_the_average_begins_with_the_first_close():
    average = 10_000.0
    for close in CLOSES[1:]:
        average += 0.5 * (close - average)
    found = after_closes(EmaDeviation(3, 1.0, 2.0), CLOSES, now=10_040)
    assert found == pytest.approx((10_040 - average) / 2)


def test_the_fast_average_leads():
    feature = EmaDifference(1.0, 3.0, 1.0)
    state = state_for(feature)
    view = view_of(108, 1, 109, 1, before=(100, 1, 101, 1))
    on_packet(feature, state, view, NO_LADDER)
    # three seconds later the averages have come up by 7/8 and by half
    found = market_value(feature, state, view, NO_LADDER, 3_000_000_000)
    assert found == pytest.approx(8 * (7 / 8 - 1 / 2))
