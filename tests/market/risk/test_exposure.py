"""What our orders may still do."""

import pytest

from hft_gym.market.records import Intent
from hft_gym.market.risk.exposure import live_orders, open_lots, raise_asked, slot_lots
from tests.market.risk.desks import trader_with

pytestmark = pytest.mark.kernel


def test_orders_of_a_side_add_up():
    trader = trader_with((1, 3), (-1, 4), (1, 2))
    assert open_lots(trader, 1, -1) == 5
    assert open_lots(trader, -1, -1) == 4
    assert open_lots(trader, 1, 2) == 3
    assert live_orders(trader) == 3


def test_an_order_that_is_being_cancelled_may_still_fill():
    trader = trader_with((1, 3))
    trader["intents"][0]["state"] = Intent.CANCELLING
    assert (open_lots(trader, 1, -1), live_orders(trader)) == (3, 1)
    trader["intents"][0]["state"] = Intent.NONE
    assert (open_lots(trader, 1, -1), live_orders(trader)) == (0, 0)


def test_an_increase_under_way_counts_until_every_answer_is_back():
    trader = trader_with((1, 3))
    raise_asked(trader, 0, 9)
    trader["intents"][0]["in_flight"] = 1
    assert slot_lots(trader, 0) == 9
    raise_asked(trader, 0, 5)  # the larger one may have arrived, the smaller not yet
    trader["intents"][0]["in_flight"] = 2
    assert slot_lots(trader, 0) == 9
    trader["intents"][0]["in_flight"] = 0
    assert slot_lots(trader, 0) == 3
    raise_asked(trader, 0, 4)
    trader["intents"][0]["in_flight"] = 1
    assert slot_lots(trader, 0) == 4
