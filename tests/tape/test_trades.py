"""Trades without a book."""

import numpy as np
import pytest

from hft_gym.errors import InputError
from hft_gym.tape.rows import Flag, Kind
from hft_gym.tape.trades import TradesResolver
from tests.dbn_files import LAST, START_NS, TICK_E9
from tests.level_files import trades
from tests.tape.test_mbp import changes, written

ROWS = [("T", "B", -1, 2, 0, 0), ("T", "A", -3, 1, 0, 0), ("T", "N", 0, 4, LAST, 1_000)]


def test_rows_and_range(tmp_path):
    columns, resolver, session = written(trades(*ROWS), tmp_path, 2, TradesResolver)
    assert changes(columns) == [
        (Kind.TRADE, 1, -1, 2), (Kind.TRADE, -1, -3, 1), (Kind.TRADE, 0, 0, 4),
    ]  # fmt: skip
    assert columns["flags"].tolist() == [0, Flag.LAST, Flag.LAST]
    assert (session.low_ticks, session.high_ticks) == (-3, 0)
    assert session.start_ns == session.end_ns == START_NS + 1_500
    assert (resolver.actions, resolver.anomalies) == ({"T": 3}, {})


def test_an_undefined_price(tmp_path):
    columns, resolver, session = written(
        trades(("T", "B", None, 2, 0)), tmp_path, kind=TradesResolver
    )
    assert len(columns["kind"]) == 0
    assert (session.low_ticks, session.high_ticks) == (0, 0)
    assert resolver.anomalies == {"undefined_price": 1}


def test_few_trades_between_ticks_are_rounded_many_are_an_error(tmp_path):
    records = trades(*ROWS)
    records["price"][1] += 1
    columns, resolver, session = written(records, tmp_path, kind=TradesResolver)
    assert columns["px_ticks"].tolist() == [-1, -3, 0]
    assert resolver.anomalies == {"trade_off_grid": 1}
    assert (session.low_ticks, session.high_ticks) == (-3, 0)
    records["price"] += np.array([0, 0, TICK_E9 // 2])
    with pytest.raises(
        InputError, match=r"record 1 \(ts_event .*\): price -0.749999999 is off the"
    ):
        written(records, tmp_path, 1, TradesResolver)


def test_no_session_to_ask_for(tmp_path):
    with pytest.raises(InputError, match="no two-sided book between 09:00 and None"):
        written(trades(*ROWS), tmp_path, kind=TradesResolver, bounds=("09:00", None))
