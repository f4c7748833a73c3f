"""Prices and the grid of ticks."""

from pathlib import Path

import numpy as np
import pytest

from hft_gym.errors import ConfigError, InputError
from hft_gym.tape.grid import bad_price, off_grid, step_of_prices, ticks_e9
from hft_gym.tape.records import UNDEF_PRICE
from tests.level_files import trades


def test_steps():
    assert ticks_e9(0.25) == 250_000_000
    assert step_of_prices(Path("a"), np.array([-30, 0, UNDEF_PRICE, 20])) == 10
    with pytest.raises(InputError, match="a: nothing tells the tick size; give tick_size"):
        step_of_prices(Path("a"), np.array([5, 5, UNDEF_PRICE]))


@pytest.mark.parametrize("tick_size", [0, -1, float("nan"), float("inf"), 1e-12])
def test_bad_tick_sizes(tick_size):
    with pytest.raises(ConfigError, match="not a price step"):
        ticks_e9(tick_size)


def test_what_lies_off_the_grid():
    prices = np.array([-20, -19, 0, 10 * 2**31, UNDEF_PRICE, 7])
    assert off_grid(prices, 10).tolist() == [False, True, False, True, False, True]


def test_messages_name_the_record_to_its_last_digit():
    (record,) = trades(("T", "B", 1, 1, 0))
    message = str(bad_price("a.dbn", 3, record, 5_528_750_000_001, 250_000_000))
    assert message.startswith("a.dbn: record 3 (ts_event 2024-01-02T09:00:00.000000000Z): price ")
    assert "price 5528.750000001 is off the grid of tick size 0.25; give" in message
    record["ts_event"] = 2**64 - 1
    assert f"ts_event {2**64 - 1}): price -80000000 is too" in str(
        bad_price("a", 0, record, -80_000_000 * 10**9, 10**7)
    )
