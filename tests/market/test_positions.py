"""Profit and loss by average cost, against fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hft_gym.market.account import MICROTICKS
from hft_gym.market.positions import (
    ACCOUNT_DTYPE,
    book,
    book_fill,
    entry_ticks,
    equity_microticks,
    realised_microticks,
    share,
    unrealised_microticks,
)
from tests.naive.account import NaiveAccount

pytestmark = pytest.mark.kernel

TRADES = st.lists(
    st.tuples(
        st.sampled_from([1, -1]),
        st.integers(1, 7),
        st.integers(-50, 20_000),  # spreads and oil have traded below 0
        st.integers(-300_000, 900_000),
    ),
    max_size=40,
)


def account():
    return np.zeros(1, ACCOUNT_DTYPE)[0]


def after(*trades):
    ours = account()
    for side, lots, px in trades:
        book_fill(ours, side, lots, px, 0)
    return ours


def profit(ours, mark=0):
    marked = unrealised_microticks(ours, mark * MICROTICKS)
    return realised_microticks(ours) / MICROTICKS, marked / MICROTICKS


def test_adding_averages_the_entry():
    ours = after((1, 1, 100), (1, 3, 104))
    assert entry_ticks(ours) == 103.0
    assert profit(ours, 105) == (0.0, 8.0)


def test_a_partial_close_keeps_the_entry():
    ours = after((1, 4, 100), (-1, 1, 110))
    assert entry_ticks(ours) == 100.0
    assert profit(ours, 90) == (10.0, -30.0)


def test_an_exact_close_leaves_nothing_open():
    ours = after((-1, 3, 100), (-1, 2, 101), (1, 5, 99))
    assert ours["position_lots"] == ours["cost_microticks"] == 0
    assert entry_ticks(ours) == 0.0
    assert profit(ours, 12_345) == (3 * 1 + 2 * 2, 0.0)


@pytest.mark.parametrize(
    ("first", "second", "entry", "realised"),
    [((1, 2, 100), (-1, 5, 103), 103.0, 6.0), ((-1, 2, 100), (1, 3, 103), 103.0, -6.0)],
)
def test_through_zero_closes_all_and_opens_the_rest(first, second, entry, realised):
    ours = after(first, second)
    assert ours["position_lots"] == first[0] * first[1] + second[0] * second[1]
    assert entry_ticks(ours) == entry
    assert profit(ours, int(entry)) == (realised, 0.0)


def test_a_trade_at_several_prices_is_booked_at_their_average():
    ours = after((1, 2, 100))
    book(ours, -4, 101 + 102 + 103 + 104, 0)  # 410 for 4 lots
    assert entry_ticks(ours) == 102.5
    assert profit(ours)[0] == 5.0


@given(TRADES, st.integers(-50, 20_000))
def test_cash_and_position_are_realised_and_unrealised_to_the_tick(trades, mark):
    ours, naive = account(), NaiveAccount()
    for side, lots, px, fee in trades:
        book_fill(ours, side, lots, px, fee)
        naive.trade(side, lots, px, Fraction(fee, MICROTICKS))
        realised = realised_microticks(ours)
        unrealised = unrealised_microticks(ours, mark * MICROTICKS)
        equity = equity_microticks(ours, mark * MICROTICKS)
        assert realised + unrealised - ours["fees_microticks"] == equity
        assert Fraction(int(equity), MICROTICKS) == (
            naive.cash() + naive.quantity * mark - naive.fees
        )
        assert ours["position_lots"] == naive.quantity
        # each partial close rounds its share to the microtick, no other trade rounds at all
        off = abs(Fraction(int(realised), MICROTICKS) - naive.realised)
        assert off <= Fraction(naive.partial_closes, 2 * MICROTICKS)
        if naive.quantity == 0:
            assert ours["cost_microticks"] == 0
            assert realised == naive.cash() * MICROTICKS
        else:
            assert entry_ticks(ours) == pytest.approx(float(naive.entry), abs=1e-4)


@given(TRADES)
def test_buying_and_selling_mirror_each_other(trades):
    ours, mirrored = account(), account()
    for side, lots, px, _ in trades:
        book_fill(ours, side, lots, px, 0)
        book_fill(mirrored, -side, lots, -px, 0)
    assert ours["position_lots"] == -mirrored["position_lots"]
    assert ours["cash_ticks"] == mirrored["cash_ticks"] * 1
    assert ours["cost_microticks"] == pytest.approx(mirrored["cost_microticks"], abs=len(trades))


@given(st.integers(-(10**17), 10**17), st.integers(1, 10**6), st.data())
def test_a_share_is_rounded_once(amount, whole, data):
    part = data.draw(st.integers(0, whole))
    exact = Fraction(amount * part, whole)
    assert abs(share(amount, part, whole) - exact) <= Fraction(1, 2)
    assert share(amount, whole, whole) == amount
