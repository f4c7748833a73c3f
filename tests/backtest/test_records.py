import pytest

from hft_gym.backtest.records import desk_dtype
from hft_gym.errors import ConfigError
from hft_gym.market.records import TRADER_DTYPE


def test_a_desk_of_four_orders_holds_the_trader_of_environments():
    assert desk_dtype(4)["trader"] == TRADER_DTYPE


def test_a_desk_has_room_for_the_orders_and_their_messages():
    trader = desk_dtype(256)["trader"]
    assert trader["orders"].shape == (256,)
    assert trader["messages"].shape[0] >= 2 * 256


def test_a_desk_without_orders_is_refused():
    with pytest.raises(ConfigError, match="orders"):
        desk_dtype(0)
