"""Time of the day, the week and the session, in UTC."""

import datetime as dt
import math

import pytest

from hft_gym.features.clock import (
    DayOfWeek,
    SinceLastTrade,
    TimeOfDayCos,
    TimeOfDaySin,
    TimeToSessionEnd,
)
from hft_gym.features.interfaces import market_value, on_trade
from tests.features.samples import NO_LADDER, NO_STATE, state_for, view_of

pytestmark = pytest.mark.kernel

SECOND_NS = 1_000_000_000


def ns(*moment):
    return round(dt.datetime(*moment, tzinfo=dt.UTC).timestamp()) * SECOND_NS


def value(feature, now_ns, view=None, state=NO_STATE):
    return market_value(feature, state, view or view_of(1, 1, 2, 1), NO_LADDER, now_ns)


def test_the_day_is_a_circle():
    for hour, sine, cosine in [(0, 0, 1), (6, 1, 0), (12, 0, -1), (21, -math.sqrt(0.5), 0.5**0.5)]:
        now_ns = ns(2024, 2, 29, hour)
        assert value(TimeOfDaySin(), now_ns) == pytest.approx(sine, abs=1e-12)
        assert value(TimeOfDayCos(), now_ns) == pytest.approx(cosine, abs=1e-12)


@pytest.mark.parametrize(
    ("moment", "day"),
    [((2023, 12, 25), 0), ((2024, 2, 29, 23, 59), 3), ((1970, 1, 1), 3), ((2026, 11, 22), 6)],
)
def test_days_since_monday(moment, day):
    assert value(DayOfWeek(2.0), ns(*moment)) == day / 2


def test_to_the_end_of_the_session():
    view = view_of(1, 1, 2, 1)
    view["session_end_ns"] = 100 * SECOND_NS
    assert value(TimeToSessionEnd(10.0), 70 * SECOND_NS, view) == pytest.approx(3.0)
    assert value(TimeToSessionEnd(10.0), 101 * SECOND_NS, view) == 0.0


def test_since_the_last_trade():
    feature = SinceLastTrade(2.0)
    state, view = state_for(feature), view_of(1, 1, 2, 1)
    assert value(feature, 5 * SECOND_NS, view, state) == 0.0
    view["ts_local_ns"] = 6 * SECOND_NS
    on_trade(feature, state, view, 0, 1, 1)
    assert value(feature, 9 * SECOND_NS, view, state) == pytest.approx(1.5)
