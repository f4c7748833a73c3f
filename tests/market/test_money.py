"""Ticks and lots as money, to the last digit."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hft_gym.errors import InputError
from hft_gym.market.money import Money, text_of
from hft_gym.tape.instrument import Instrument

ES = Instrument("ESH4", 1, "GLBX.MDP3", 250_000_000, 50.0)
MONEY = Money.of(ES)


def test_an_e_mini_tick_is_worth_twelve_dollars_fifty():
    assert (MONEY.tick_value, MONEY.currency) == (Decimal("12.5"), "USD")
    assert MONEY.of_ticks(-3) == Decimal("-37.5")
    assert MONEY.of_microticks(100_000) == Decimal("1.25")
    assert MONEY.price(19_001) == Decimal("4750.25")


def test_a_multiplier_is_the_decimal_that_was_meant():
    assert Money.of(Instrument("X", 1, "X", 10_000_000, 0.1)).tick_value == Decimal("0.001")


def test_an_average_price_is_given_to_a_millionth_of_a_tick():
    assert MONEY.average_price(3 * 19_000_000_000, 3) == Decimal(4750)
    assert MONEY.average_price(-19_001_000_000, -2) == Decimal("2375.125")
    assert MONEY.average_price(1_000_000, 3) == Decimal("0.333333") / 4
    assert MONEY.average_price(0, 0) == 0


@given(st.integers(-(2**63), 2**63 - 1), st.integers(1, 10**9), st.integers(1, 10**6))
def test_no_digit_is_lost(microticks, tick_size_e9, multiplier):
    instrument = Instrument("X", 1, "X", tick_size_e9, float(multiplier))
    exact = Fraction(microticks * tick_size_e9 * multiplier, 10**15)
    amount = Money.of(instrument).of_microticks(microticks)
    assert Fraction(amount) == exact
    assert Fraction(text_of(amount)) == exact
    assert "e" not in text_of(amount).lower()


def test_rounding_is_to_the_even_coin():
    rounded = [MONEY.rounded(Decimal(x)) for x in ("1.005", "1.015", "-1.005")]
    assert rounded == [Decimal("1.00"), Decimal("1.02"), Decimal("-1.00")]
    yen = Money(Decimal(5), Decimal(500), "JPY", digits=0)
    assert str(yen.rounded(Decimal("1234.5"))) == "1234"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0"), ("-0.00", "0"), ("100", "100"), ("1E+3", "1000"), ("1.50", "1.5"),
        ("-7e-7", "-0.0000007"),
    ],
)  # fmt: skip
def test_text_is_plain_digits(amount, text):
    assert text_of(Decimal(amount)) == text


def test_a_worthless_tick_is_refused():
    with pytest.raises(InputError, match="must be above 0"):
        Money.of(Instrument("X", 1, "X", 0, 50.0))
    for multiplier in (-2.0, float("nan")):
        with pytest.raises(InputError, match="multiplier"):
            Money.of(Instrument("X", 1, "X", 1, multiplier))
