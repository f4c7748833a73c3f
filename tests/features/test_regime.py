"""Volatility and imbalance against their own past, by the rules they are named for."""

import math

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.features.interfaces import market_value, on_bar
from hft_gym.features.needs import needs_of
from hft_gym.features.regime import (
    AnnualizedVolatility,
    ImbalanceMomentum,
    ImbalanceZ,
    VolatilityRegime,
    VolatilityZ,
)
from tests.features.samples import after_closes, book_of, state_for

pytestmark = pytest.mark.kernel


def walk(number):
    return [int(c) for c in 10_000 + np.random.default_rng(4).integers(-9, 10, number).cumsum()]


def test_a_year_of_minutes():
    closes = walk(30)
    expected = np.std(np.diff(np.log(closes[-20:]))) * math.sqrt(252 * 24 * 60)
    found = after_closes(AnnualizedVolatility(20, 60.0, 0.1), closes)
    assert found == pytest.approx(expected / 0.1)
    assert after_closes(AnnualizedVolatility(20, 15.0, 0.1), closes) == pytest.approx(found * 2)


@pytest.mark.parametrize("number", [5, 6, 9, 30])
def test_volatility_against_its_past(number):
    closes = walk(number)
    returns = np.diff(np.log(closes))
    vols = [np.std(returns[i : i + 5]) for i in range(len(returns) - 4)]
    plain = np.std(returns[-4:])
    spread = max(np.std(vols[-7:]) if vols else 0.0, 0.0001)
    expected = (plain * math.sqrt(252 * 24 * 60) - plain) / spread
    assert after_closes(VolatilityZ(5, 12, 1.0, 3.0), closes) == pytest.approx(expected / 3)
    vols = vols[-8:]
    expected = (vols[-1] - np.mean(vols)) / np.std(vols) if len(vols) > 1 else 0.0
    assert after_closes(VolatilityRegime(5, 12, 1.0), closes) == pytest.approx(expected)


def after_books(feature, books):
    state = state_for(feature)
    for bid, ask in books:
        view, ladder = book_of([(100, bid)], [(101, ask)])
        on_bar(feature, state, view, ladder, 0)
    return market_value(feature, state, view, ladder, 0)


def test_imbalance_against_its_past():
    books = [(1 + k % 7, 1 + k % 4) for k in range(30)]
    imbalances = [(b - a) / (b + a) for b, a in books][-25:]
    expected = (imbalances[-1] - np.mean(imbalances)) / np.std(imbalances)
    assert after_books(ImbalanceZ(1, 25, 1.0), books) == pytest.approx(expected)
    assert after_books(ImbalanceZ(1, 25, 1.0), books[:19]) == 0.0
    assert after_books(ImbalanceZ(1, 25, 1.0), [(3, 1)] * 30) == 0.0


def test_imbalance_momentum_is_a_slope():
    books = [(1 + k % 7, 1 + k % 4) for k in range(14)]
    imbalances = [(b - a) / (b + a) for b, a in books][-10:]
    x = np.arange(10)
    expected = np.corrcoef(x, imbalances)[0, 1] * np.std(imbalances) / np.std(x)
    assert after_books(ImbalanceMomentum(1, 10, 1.0, 0.1), books) == pytest.approx(expected / 0.1)
    assert after_books(ImbalanceMomentum(1, 10, 1.0, 0.1), books[:9]) == 0.0


@pytest.mark.parametrize(
    "wrong", [AnnualizedVolatility(1), VolatilityZ(1, 9), VolatilityZ(9, 9), VolatilityRegime(9, 9)]
)
def test_windows_without_an_answer_are_refused(wrong):
    with pytest.raises(ConfigError, match=type(wrong).__name__):
        needs_of(wrong)
