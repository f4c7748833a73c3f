"""Features of our own side: what we know, in their units."""

import numpy as np
import pytest

from hft_gym.envs.records import ENV_DTYPE
from hft_gym.envs.rewards.pnl import Pnl
from hft_gym.features.interfaces import level_readers, own_value
from hft_gym.features.own import (
    Drawdown,
    EntryDistance,
    FillRatio,
    Inventory,
    MessagesInFlight,
    PositionAge,
    QueueAhead,
    QueueBehind,
    QuoteDistance,
    TimeLeft,
    UnrealisedPnl,
    slot_of,
)
from hft_gym.market.records import Intent
from tests.envs.rewards.episodes import Episode
from tests.naive import own as naive

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


def test_position_and_money_equal_their_slow_twins():
    twins = {
        PositionAge(2.0): lambda m: naive.position_age(m) / 2,
        EntryDistance(4.0): lambda m: naive.entry_distance(m) / 4,
        UnrealisedPnl(8.0): lambda m: naive.unrealised(m) / 8,
        Drawdown(3.0): lambda m: naive.drawdown(m) / 3,
    }
    episode, seen = Episode(21), []
    for _ in range(60):
        episode.step(Pnl())
        found = [own_value(feature, episode.env, episode.now_ns) for feature in twins]
        assert found == pytest.approx([twin(episode.moments) for twin in twins.values()], abs=1e-6)
        seen.append(found)
    assert (np.std(seen, 0) > 0.1).all()
    held = np.array([m["position"] for m in episode.moments[1:]])
    assert (held == 0).any()
    assert not np.array(seen)[held == 0, :3].any()  # flat: no age, no entry, nothing open
    assert (held[:-1] * held[1:] < 0).any()  # and it has turned without being flat between


def test_the_fill_ratio_is_lots_a_message():
    episode = Episode(22)
    assert own_value(FillRatio(), episode.env, 0) == 0.0
    for sent in range(1, 30):
        episode.step(Pnl())
        episode.env["trader"]["messages_sent"] = sent
        expected = naive.traded_lots(episode.moments) / sent / 2
        assert own_value(FillRatio(2.0), episode.env, 0) == pytest.approx(expected)
    assert expected > 0


def test_messages_in_flight_are_counted_over_all_orders():
    env = env_with(in_flight=2)
    assert own_value(MessagesInFlight(8.0), env, 0) == 0.5
    env["trader"]["intents"][1]["in_flight"] = 4
    assert own_value(MessagesInFlight(8.0), env, 0) == 0.75


@pytest.mark.parametrize(("side", "behind"), [(1, 18), (-1, 0)])
def test_lots_behind(side, behind):
    env = env_with()
    env["level_lots"][:] = 30, 5  # of the asks less are shown than are ahead of us
    assert own_value(QueueBehind(side, 10.0), env, 0) == behind / 10
    for state, in_flight in [(Intent.NONE, 0), (Intent.CANCELLING, 1), (Intent.WORKING, 1)]:
        assert own_value(QueueBehind(side), env_with(state, in_flight), 0) == -1.0


def test_only_who_reads_levels_makes_the_step_look_them_up():
    assert level_readers((Inventory(), QueueBehind(1), TimeLeft(), QueueBehind(-1))) == 2
    assert level_readers((Inventory(), QueueAhead(1))) == 0
