"""What a feature must do, what it may leave out, and the bounds of what it shows."""

from typing import NamedTuple

import numpy as np
import pytest

from hft_gym.features.book import Spread
from hft_gym.features.flow import OrderFlowImbalance, TradeFlow
from hft_gym.features.interfaces import (
    CLIP,
    STATE,
    clipped,
    listen_packet,
    listen_trade,
    market_value,
    on_packet,
    on_trade,
    own_value,
    write_market,
)
from tests.features.samples import NO_LADDER, NO_STATE, view_of

pytestmark = pytest.mark.kernel


class Deaf(NamedTuple):
    """A feature of nothing."""


def test_values_stay_within_the_space():
    assert [clipped(v) for v in (-1e9, -CLIP, 0.5, CLIP, 1e9)] == [-CLIP, -CLIP, 0.5, CLIP, CLIP]


def test_a_feature_needs_a_value_and_need_not_listen():
    assert on_packet(Deaf(), NO_STATE, view_of(100, 1, 101, 1), NO_LADDER) is None
    assert on_trade(Deaf(), NO_STATE, view_of(100, 1, 101, 1), 1, 101, 1) is None
    with pytest.raises(TypeError, match="Deaf does not implement market_value"):
        market_value(Deaf(), NO_STATE, view_of(100, 1, 101, 1), NO_LADDER, 0)
    with pytest.raises(TypeError, match="Deaf does not implement own_value"):
        own_value(Deaf(), None, 0)


def test_each_feature_hears_and_writes_in_its_own_place():
    features = (Spread(0.001), TradeFlow(), OrderFlowImbalance())
    state, out = np.zeros((3, STATE)), np.zeros(3, np.float32)
    view = view_of(100, 9, 103, 1, before=(100, 5, 103, 1))
    listen_trade(features, state, view, 1, 101, 5)
    assert state[:, 0].tolist() == [0.0, 5.0, 0.0]
    listen_packet(features, state, view, NO_LADDER)
    assert state[:, 0].tolist() == [0.0, 5.0, 4.0]
    write_market(features, state, view, NO_LADDER, 0, out)
    assert out == pytest.approx([CLIP, 0.5, 0.2])
