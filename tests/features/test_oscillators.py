"""Where the price stands in its range, by hand."""

import numpy as np
import pytest

from hft_gym.features.interfaces import market_value, on_bar, on_packet, on_trade
from hft_gym.features.oscillators import (
    AverageTrueRange,
    BollingerPosition,
    DonchianPosition,
    PriceZ,
    RelativeStrength,
    VwapDeviation,
)
from tests.features.samples import NO_LADDER, after_closes, state_for, view_of

pytestmark = pytest.mark.kernel

CLOSES = [150, 100, 102, 101, 105, 104]


def test_score_and_bands():
    last = np.array(CLOSES[-5:])
    z = (107 - last.mean()) / last.std()
    assert after_closes(PriceZ(5), CLOSES, now=107) == pytest.approx(z)
    assert after_closes(BollingerPosition(5, 2.0), CLOSES, now=107) == pytest.approx(z / 2)
    assert after_closes(PriceZ(3), [100] * 4, now=107) == 0.0  # no width
    assert after_closes(PriceZ(7), CLOSES, now=107) == 0.0


def test_relative_strength():
    # changes 1, -1, 4 averaged, then -2 by Wilder's rule
    gain, loss = 5 / 3 * 2 / 3, (1 / 3 * 2 + 2) / 3
    rsi = 100 - 100 / (1 + gain / loss)
    found = after_closes(RelativeStrength(3), [100, 101, 100, 104, 102])
    assert found == pytest.approx((rsi - 50) / 50)
    assert after_closes(RelativeStrength(3), [100, 101, 102, 103]) == 1.0
    assert after_closes(RelativeStrength(3), [100, 101, 102]) == 0.0
    assert after_closes(RelativeStrength(3), [100] * 9) == 0.0


def test_average_true_range_of_mids():
    assert after_closes(AverageTrueRange(4, 1.0, 2.0), CLOSES) == pytest.approx((2 + 1 + 4 + 1) / 8)
    assert after_closes(AverageTrueRange(6, 1.0, 2.0), CLOSES) == 0.0


def test_the_channel_holds_highs_and_lows():
    feature = DonchianPosition(2)
    state = state_for(feature)

    def moved(mid):
        view = view_of(mid - 1, 1, mid + 1, 1)
        on_packet(feature, state, view, NO_LADDER)
        return market_value(feature, state, view, NO_LADDER, 0)

    for mids in [(150,), (100, 108, 104), (104, 101, 103)]:
        for mid in mids:
            moved(mid)
        on_bar(feature, state, view_of(mid - 1, 1, mid + 1, 1), NO_LADDER, 0)
    # the second bar begins where the first one ended, at 150
    assert (state[3], state[4]) == (150, 100)
    assert moved(155) == pytest.approx(1.2)  # a breakout
    on_bar(feature, state, view_of(154, 1, 156, 1), NO_LADDER, 0)
    assert (state[3], state[4]) == (155, 101)
    assert moved(128) == pytest.approx(0.0)


def test_last_price_over_the_average_of_the_session():
    feature = VwapDeviation(10.0)
    state, view = state_for(feature), view_of(100, 1, 101, 1)
    view["session_start_ns"] = 50
    assert market_value(feature, state, view, NO_LADDER, 0) == 0.0
    for ts, px, lots in [(49, 500, 9), (50, 1_000, 3), (60, 1_004, 1)]:
        view["ts_local_ns"] = ts
        on_trade(feature, state, view, 1, px, lots)
    found = market_value(feature, state, view, NO_LADDER, 0)
    assert found == pytest.approx(1e4 * (1_004 / 1_001 - 1) / 10)
