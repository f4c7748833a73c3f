"""Order flow of an event, of levels, by distance and with trades, by hand."""

import itertools

import pytest

from hft_gym.features.interfaces import market_value, on_order, on_packet, on_trade
from hft_gym.features.order_flow import (
    DeepOrderFlow,
    DistanceOrderFlow,
    EventOrderFlow,
    LevelOrderFlow,
    TradeInformedFlow,
    level_flow,
    ticks_behind,
)
from hft_gym.tape.rows import Kind
from tests.features.samples import NO_LADDER, state_for, view_of
from tests.features.test_flow import FLOWS, TOUCHES

pytestmark = pytest.mark.kernel


def with_level(view, m, now, before):
    names = ("bid_ticks", "bid_lots", "ask_ticks", "ask_lots")
    for name, here, there in zip(names, now, before, strict=True):
        view[f"level_{name}"][m] = here
        view[f"before_level_{name}"][m] = there
    return view


def test_the_published_sequence_event_by_event():
    feature, state = EventOrderFlow(1.0), state_for(EventOrderFlow())
    found = []
    for before, now in itertools.pairwise(TOUCHES):
        view = view_of(*now, before=before)
        on_packet(feature, state, view, NO_LADDER)
        found.append(market_value(feature, state, view, NO_LADDER, 0))
    assert found == FLOWS
    view["was_two_sided"] = False
    on_packet(feature, state, view, NO_LADDER)
    assert market_value(feature, state, view, NO_LADDER, 0) == 0.0


@pytest.mark.parametrize("m", [0, 3])
def test_the_published_sequence_at_a_level(m):
    found = [
        level_flow(with_level(view_of(1, 1, 2, 1), m, now, before), m)
        for before, now in itertools.pairwise(TOUCHES)
    ]
    assert found == FLOWS


def test_levels_fade_and_deeper_ones_weigh_less():
    level, deep = LevelOrderFlow(2, 1.0, 2.0), DeepOrderFlow(2, 0.5, 1.0, 2.0)
    states = [state_for(level), state_for(deep)]
    view = view_of(100, 1, 101, 1)
    with_level(view, 0, TOUCHES[1], TOUCHES[0])  # 3
    with_level(view, 1, TOUCHES[3], TOUCHES[2])  # -6
    for feature, state in zip((level, deep), states, strict=True):
        on_packet(feature, state, view, NO_LADDER)
    found = [
        market_value(feature, state, view, NO_LADDER, 1_000_000_000)
        for feature, state in zip((level, deep), states, strict=True)
    ]
    assert found == pytest.approx([-6 / 2 / 2, (3 - 0.5 * 6) / 2 / 2])


def test_orders_count_less_the_further_off_they_are():
    feature, state = DistanceOrderFlow(3.0, 1.0, 1.0), state_for(DistanceOrderFlow())
    view = view_of(100, 5, 102, 5)  # mid 101
    for kind, side, px, lots in [
        (Kind.ADD, 1, 100, 4),  # 4
        (Kind.ADD, 1, 99, 6),  # 3
        (Kind.REDUCE, -1, 102, 2),  # 2
        (Kind.ADD, -1, 103, 1),  # -0.5
        (Kind.ADD, 1, 101, 1),  # 2: half a tick at least
        (Kind.ADD, 1, 97, 50),  # out of reach
        (Kind.FILL, -1, 102, 9),  # the REDUCE that follows counts
    ]:
        on_order(feature, state, view, int(kind), side, px, lots)
    assert market_value(feature, state, view, NO_LADDER, 0) == pytest.approx(10.5)


def test_pressure_is_aggressors_and_orders_near_the_touch():
    feature, state = TradeInformedFlow(1, 1.0, 1.0), state_for(TradeInformedFlow())
    view = view_of(100, 5, 102, 5)
    on_trade(feature, state, view, 1, 102, 3)
    on_trade(feature, state, view, 0, 102, 70)  # an auction's
    for kind, side, px, lots in [
        (Kind.ADD, 1, 99, 10),
        (Kind.ADD, 1, 98, 90),  # too far
        (Kind.ADD, -1, 101, 4),  # betters the touch
        (Kind.REDUCE, 1, 100, 5),
    ]:
        on_order(feature, state, view, int(kind), side, px, lots)
    assert market_value(feature, state, view, NO_LADDER, 0) == pytest.approx(3 + 10 - 4)
    assert [ticks_behind(view, 1, 98), ticks_behind(view, -1, 101)] == [2, -1]
