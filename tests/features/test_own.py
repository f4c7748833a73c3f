"""Features of our own side: what we know, in their units."""

import numpy as np
import pytest

from hft_gym.envs.records import ENV_DTYPE
from hft_gym.features.interfaces import own_value
from hft_gym.features.own import Inventory, QueueAhead, QuoteDistance, TimeLeft, slot_of
from hft_gym.market.records import Intent

pytestmark = pytest.mark.kernel


def env_with(state=Intent.WORKING, in_flight=0):
    env = np.zeros(1, ENV_DTYPE)[0]
    env["bid_ticks"], env["ask_ticks"] = 100, 103
    trader = env["trader"]
    for slot, px in enumerate((98, 104)):
        trader["intents"][slot]["state"] = state
        trader["intents"][slot]["in_flight"] = in_flight
        trader["intents"][slot]["px_ticks"] = px
        trader["orders"][slot]["ahead_lots"] = 12 - 5 * slot
    return env


def test_inventory_is_what_we_know_of():
    env = env_with()
    env["trader"]["position_lots"] = 9
    env["trader"]["known_position_lots"] = -4
    assert own_value(Inventory(8.0), env, 0) == -0.5


@pytest.mark.parametrize(("side", "ahead"), [(1, 12), (-1, 7)])
def test_lots_ahead(side, ahead):
    assert own_value(QueueAhead(side, 10.0), env_with(), 0) == ahead / 10
    for state, in_flight in [(Intent.NONE, 0), (Intent.CANCELLING, 1), (Intent.WORKING, 1)]:
        assert own_value(QueueAhead(side), env_with(state, in_flight), 0) == -1.0


@pytest.mark.parametrize(("side", "distance"), [(1, 2), (-1, 1)])
def test_distance_from_the_touch(side, distance):
    assert own_value(QuoteDistance(side, 4.0), env_with(), 0) == distance / 4
    assert own_value(QuoteDistance(side), env_with(Intent.NONE), 0) == -1.0


def test_time_left():
    env = env_with()
    env["end_ns"] = 90_000_000_000
    assert own_value(TimeLeft(30.0), env, 60_000_000_000) == pytest.approx(1.0)
    assert own_value(TimeLeft(30.0), env, 90_000_000_000) == 0.0


def test_bids_and_asks_have_their_slots():
    assert (slot_of(1), slot_of(-1)) == (0, 1)
