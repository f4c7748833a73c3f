"""Spread in basis points, and the last move of the mid."""

import pytest

from hft_gym.features.interfaces import market_value, on_packet
from hft_gym.features.touch import LastMidMove, SpreadBps, mid_ticks
from tests.features.samples import NO_LADDER, NO_STATE, state_for, view_of

pytestmark = pytest.mark.kernel


def test_spread_over_mid():
    view = view_of(9_999, 1, 10_001, 1)
    assert mid_ticks(view) == 10_000
    assert market_value(SpreadBps(4.0), NO_STATE, view, NO_LADDER, 0) == pytest.approx(0.5)
    below = view_of(-3, 1, 2, 1)  # spreads of futures may trade below 0
    assert market_value(SpreadBps(), NO_STATE, below, NO_LADDER, 0) == 0.0
    view["is_two_sided"] = False
    assert market_value(SpreadBps(), NO_STATE, view, NO_LADDER, 0) == 0.0


def test_the_last_move_stays_until_the_next():
    feature, state = LastMidMove(0.5), state_for(LastMidMove())
    for before, now in [((100, 1, 101, 1), (100, 1, 102, 1)), ((100, 1, 102, 1), (100, 5, 102, 1))]:
        on_packet(feature, state, view_of(*now, before=before), NO_LADDER)
        assert market_value(feature, state, view_of(*now), NO_LADDER, 0) == 1.0
    view = view_of(90, 1, 91, 1, before=(100, 1, 101, 1))
    view["was_two_sided"] = False
    on_packet(feature, state, view, NO_LADDER)
    assert state[0] == 0.5
