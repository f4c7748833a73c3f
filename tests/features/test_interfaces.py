"""What a feature must do, what it may leave out, and the bounds of what it shows."""

from typing import NamedTuple

import numpy as np
import pytest

from hft_gym.features.book import Spread
from hft_gym.features.flow import OrderFlowImbalance, TradeFlow
from hft_gym.features.interfaces import (
    CLIP,
    STATE,
    Needs,
    clipped,
    listen_bar,
    listen_order,
    listen_packet,
    listen_trade,
    market_value,
    on_bar,
    on_order,
    on_packet,
    on_trade,
    own_value,
    write_market,
)
from hft_gym.features.needs import memory_for, needs_of
from hft_gym.kernel.jit import kernel
from tests.features.samples import NO_LADDER, NO_STATE, view_of

pytestmark = pytest.mark.kernel


SECOND_NS = 1_000_000_000


class Deaf(NamedTuple):
    """A feature of nothing."""


class Hearing(NamedTuple):
    """Signed lots of added orders, and the ends of the latest two bars."""

    bar_s: int

    def needs(self):
        return Needs(state=3, bar_s=self.bar_s)


@on_order.implement(Hearing)
def _on_order(feature, state, view, kind, side, px_ticks, lots):
    state[0] += side * lots


@on_bar.implement(Hearing)
def _on_bar(feature, state, view, ladder, end_ns):
    state[1], state[2] = state[2], end_ns * 1e-9


@market_value.implement(Hearing)
def _value(feature, state, view, ladder, now_ns):
    return state[0]


def test_values_stay_within_the_space():
    assert [clipped(v) for v in (-1e9, -CLIP, 0.5, CLIP, 1e9)] == [-CLIP, -CLIP, 0.5, CLIP, CLIP]


def test_a_feature_needs_a_value_and_need_not_listen():
    assert on_packet(Deaf(), NO_STATE, view_of(100, 1, 101, 1), NO_LADDER) is None
    assert on_trade(Deaf(), NO_STATE, view_of(100, 1, 101, 1), 1, 101, 1) is None
    assert on_order(Deaf(), NO_STATE, view_of(100, 1, 101, 1), 0, 1, 101, 1) is None
    assert on_bar(Deaf(), NO_STATE, view_of(100, 1, 101, 1), NO_LADDER, 1) is None
    with pytest.raises(TypeError, match="Deaf does not implement market_value"):
        market_value(Deaf(), NO_STATE, view_of(100, 1, 101, 1), NO_LADDER, 0)
    with pytest.raises(TypeError, match="Deaf does not implement own_value"):
        own_value(Deaf(), None, 0)


def test_each_feature_hears_and_writes_in_its_own_place():
    features = (Spread(0.001), TradeFlow(), Hearing(2), OrderFlowImbalance())
    view, out = view_of(100, 9, 103, 1, before=(100, 5, 103, 1)), np.zeros(4, np.float32)
    memory = memory_for([needs_of(feature) for feature in features], view)
    assert memory.starts.tolist() == [0, STATE, 2 * STATE, 2 * STATE + 3, 3 * STATE + 3]
    firsts = memory.starts[:-1]

    def kept():
        return memory.state[firsts].tolist()

    listen_trade(features, view, 1, 101, 5)
    assert kept() == [0.0, 5.0, 0.0, 0.0]
    listen_packet(features, view, NO_LADDER)
    assert kept() == [0.0, 5.0, 0.0, 4.0]
    listen_order(features, view, 0, -1, 104, 7)
    assert kept() == [0.0, 5.0, -7.0, 4.0]
    for end_ns in (SECOND_NS, 2 * SECOND_NS, 4 * SECOND_NS):  # its bars last two seconds
        listen_bar(features, view, NO_LADDER, end_ns)
    assert memory.state[firsts[2] + 1 : firsts[2] + 3].tolist() == [2.0, 4.0]
    write_market(features, view, NO_LADDER, 0, out)
    assert out == pytest.approx([CLIP, 0.5, -7.0, 0.2])


def test_compiled_code_hears_the_same():
    features = (Spread(0.001), Hearing(2))
    views = np.array([view_of(100, 9, 103, 1)])
    memory = memory_for([needs_of(feature) for feature in features], views[0])
    _all_at_once(features, views)
    assert memory.state[STATE:].tolist() == [3.0, 0.0, 4.0]


@kernel
def _all_at_once(features, views):
    view = views[0]
    listen_order(features, view, 0, 1, 104, 3)
    listen_bar(features, view, NO_LADDER, 3_000_000_000)
    listen_bar(features, view, NO_LADDER, 4_000_000_000)
