import numpy as np
import pytest

from hft_gym.backtest.records import FILL_DTYPE
from hft_gym.backtest.result import Result
from tests.random_tapes import INSTRUMENT


def result():
    fills = np.zeros(3, FILL_DTYPE)
    fills["ts_local_ns"] = [10, 20, 30]
    fills["side"], fills["lots"], fills["px_ticks"] = [1, 1, -1], [2, 1, 4], [100, 101, 103]
    fills["fees_microticks"] = [50_000, 25_000, -100_000]
    return Result(fills, -1, 111, -25_000, 205, 5, 40, {}, INSTRUMENT)


def test_profit_is_cash_and_the_position_at_the_mark_less_fees():
    assert result().pnl_ticks == pytest.approx(111 - 102.5 + 0.025)
    assert result().pnl == pytest.approx(result().pnl_ticks * 0.25 * 50)
    assert result().fees_ticks == pytest.approx(-0.025)


def test_the_face_in_money_is_the_same_account():
    money = result().money
    assert money.position_lots == result().position_lots
    assert float(money.cash) == 111 * 12.5
    assert float(money.fees) == pytest.approx(result().fees_ticks * 12.5)
    assert float(money.pnl) == pytest.approx(result().pnl)
    assert float(money.entry_price) == 103 * 0.25  # the last sale turned the position over


def test_the_path_goes_from_flat_to_the_end():
    path = result().position_path
    assert path["ts_local_ns"].tolist() == [5, 10, 20, 30]
    assert path["position_lots"].tolist() == [0, 2, 3, -1]
    assert path["cash_ticks"].tolist() == [0, -200, -301, 111]
    assert path["fees_microticks"].tolist() == [0, 50_000, 75_000, -25_000]
