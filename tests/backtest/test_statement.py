from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from hft_gym.backtest.records import FILL_DTYPE
from hft_gym.backtest.statement import Statement
from tests.naive.account import NaiveAccount
from tests.random_tapes import INSTRUMENT

pytestmark = pytest.mark.kernel
TICK_VALUE = Decimal("12.5")  # a quarter of a point at 50


def fills(*rows):
    """Rows of (side, lots, price in ticks)."""
    made = np.zeros(len(rows), FILL_DTYPE)
    for fill, row in zip(made, rows, strict=True):
        fill["side"], fill["lots"], fill["px_ticks"] = row
    return made


def test_bought_sold_and_still_held():
    found = Statement.of(INSTRUMENT, fills((1, 2, 100), (1, 1, 103), (-1, 1, 105)), 400_000, 209)
    assert (found.currency, found.position_lots) == ("USD", 2)
    assert found.entry_price == Decimal("25.25")  # 101 ticks
    assert found.mark_price == Decimal("26.125")  # 104.5 ticks
    assert found.cash == (-200 - 103 + 105) * TICK_VALUE
    assert found.value == 209 * TICK_VALUE
    assert found.fees == Decimal("0.4") * TICK_VALUE
    assert found.realised == Decimal("3.6") * TICK_VALUE  # 105 - 101 less the fees
    assert found.unrealised == 7 * TICK_VALUE
    assert found.pnl == Decimal("10.6") * TICK_VALUE


def test_nothing_traded():
    found = Statement.of(INSTRUMENT, fills(), 0, 200)
    assert (found.position_lots, found.entry_price, found.pnl) == (0, 0, 0)


@pytest.mark.parametrize("seed", range(3))
def test_beside_the_slow_twin(seed):
    random = np.random.default_rng(seed)
    rows = [
        (int(random.choice([1, -1])), int(random.integers(1, 9)), int(random.integers(90, 111)))
        for _ in range(300)
    ]
    naive = NaiveAccount()
    for side, lots, px in rows:
        naive.trade(side, lots, px, Fraction(0))
    found = Statement.of(INSTRUMENT, fills(*rows), 0, 201)
    assert found.position_lots == naive.quantity != 0
    assert found.cash == int(naive.cash()) * TICK_VALUE
    assert float(found.entry_price) == pytest.approx(float(naive.entry) * 0.25, abs=1e-6)
    assert float(found.realised) == pytest.approx(float(naive.realised) * 12.5, abs=1e-3)
    mark = float(naive.unrealised(Fraction(201, 2))) * 12.5
    assert float(found.unrealised) == pytest.approx(mark, abs=1e-3)
    assert found.pnl == found.cash + found.value == found.realised + found.unrealised
