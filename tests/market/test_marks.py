"""Marks of an open position."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hft_gym.envs.records import VIEW_DTYPE
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import mark_microticks
from hft_gym.market.marks import AtMicroPrice, AtMid, AtTouch

pytestmark = pytest.mark.kernel

TICK = 1_000_000


@kernel
def marked(model, quote, position_lots):
    return mark_microticks(model, quote, position_lots)


def quote(bid, ask, bid_lots=1, ask_lots=1):
    view = np.zeros(1, VIEW_DTYPE)[0]
    view["bid_ticks"], view["ask_ticks"] = bid, ask
    view["bid_lots"], view["ask_lots"] = bid_lots, ask_lots
    return view


@pytest.mark.parametrize(
    ("model", "position", "expected"),
    [
        (AtMid(), 5, 101.5),
        (AtMid(), -5, 101.5),
        (AtTouch(), 5, 100),  # a long position is sold at the bid
        (AtTouch(), -5, 103),
        (AtTouch(), 0, 101.5),
        (AtMicroPrice(), 5, 102.25),  # 3 of 4 lots are bid: nearer to the ask
        (AtMicroPrice(), -5, 102.25),
    ],
)
def test_a_position_is_worth(model, position, expected):
    assert marked(model, quote(100, 103, 3, 1), position) == expected * TICK


def test_without_sizes_the_micro_price_is_the_mid():
    assert marked(AtMicroPrice(), quote(100, 103, 0, 0), 1) == 101.5 * TICK


@given(
    st.integers(-100, 10**6),
    st.integers(1, 50),
    st.integers(0, 10**5),
    st.integers(1, 10**5),
)
def test_the_micro_price_lies_inside_the_touch(bid, spread, bid_lots, ask_lots):
    ask = bid + spread
    exact = Fraction(bid * ask_lots + ask * bid_lots, bid_lots + ask_lots)
    found = marked(AtMicroPrice(), quote(bid, ask, bid_lots, ask_lots), 1)
    assert bid * TICK <= found <= ask * TICK
    assert abs(Fraction(int(found), TICK) - exact) <= Fraction(1, 2 * TICK)
