"""Orders worked off in markets whose every price is known, and random ones against a slow twin."""

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.execution import MODELS
from hft_gym.envs.tasks.execution import Execution
from hft_gym.errors import ConfigError
from hft_gym.market.fees.per_lot import PerLot
from hft_gym.tape.rows import Kind
from tests.envs.hand_made import core_in, still_market
from tests.naive import execution as naive

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

WAIT, JOIN, TAKE = 0, 1, MODELS.action.distances + 1
ALL = MODELS.action.shares - 1
FEES = PerLot(maker_ticks=0.1, taker_ticks=0.25)


def models_of(**task):
    market = MODELS.market._replace(fees=FEES)
    return MODELS._replace(task=Execution(**task), market=market)


def run(core, *actions):
    """Rewards and how the last step ended."""
    paid = []
    for action in actions:
        _, rewards, terminated, truncated = core.step(np.tile(action, (core.num_envs, 1)))
        paid.append(float(rewards[0]))
    return paid, bool(terminated[0]), bool(truncated[0])


def test_buying_at_once_walks_the_book():
    core = core_in(still_market(), models_of(lots=5, side=1))
    assert core.view()["position_lots"][0] == core.view()["start_position_lots"][0] == -5
    paid, terminated, truncated = run(core, (TAKE, ALL))
    assert (terminated, truncated) == (True, False)
    cost = 3 * (103 - 101.5) + 2 * (104 - 101.5) + 5 * 0.25
    episode = core.finished[0]
    assert sum(paid) == pytest.approx(-cost)
    for name in ("shortfall_ticks", "shortfall_twap_ticks", "shortfall_vwap_ticks"):
        assert episode[name] == pytest.approx(cost)
    assert episode["pnl_ticks"] == pytest.approx(-cost)
    assert episode["arrival_ticks"] == 101.5
    assert (episode["parent_lots"], episode["steps"], episode["passive_share"]) == (5, 1, 0.0)
    assert (episode["forced_lots"], episode["unfilled_lots"]) == (0, 0)
    assert episode["final_position_lots"] == 0


def test_selling_while_one_rests_earns_the_spread():
    # an aggressor buys 20 at 103: 3 stood before us, 6 of ours, 11 find nobody
    trade = [(25, Kind.TRADE, 1, 103, 20, -1)]
    core = core_in(still_market(rows=trade), models_of(lots=6, side=-1))
    paid, terminated, _ = run(core, (JOIN, ALL), (JOIN, ALL))
    episode = core.finished[0]
    assert terminated
    cost = -6 * (103 - 101.5) + 6 * 0.1
    assert sum(paid) == pytest.approx(-cost)
    assert episode["shortfall_ticks"] == pytest.approx(cost)
    assert episode["shortfall_vwap_ticks"] == pytest.approx(0.6)  # everybody traded at 103
    assert episode["parent_lots"] == -6
    assert episode["passive_share"] == 1.0


def test_what_is_left_at_the_end_is_closed_at_the_displayed_prices():
    core = core_in(still_market(), models_of(lots=18, side=-1, rest_ticks=7), decisions=4)
    paid, terminated, truncated = run(core, *[(WAIT, 0)] * 4)
    assert (terminated, truncated) == (True, False)
    assert paid[:3] == [0.0, 0.0, 0.0]
    # 5 at 100, 10 at 99, and nobody shows the last 3: 7 ticks beyond
    cost = 5 * 1.5 + 10 * 2.5 + 3 * (101.5 - 92) + 18 * 0.25
    assert sum(paid) == pytest.approx(-cost)
    episode = core.finished[0]
    assert episode["shortfall_ticks"] == pytest.approx(cost)
    assert (episode["forced_lots"], episode["unfilled_lots"]) == (18, 3)
    assert episode["passive_share"] == 0.0
    assert core.envs["trader"]["position_lots"][0] == 0


def test_lots_taken_before_are_not_there_at_the_end():
    core = core_in(still_market(), models_of(lots=10, side=1), decisions=3)
    share = 1  # 4 of 10 lots: 3 at 103, 1 at 104
    run(core, (TAKE, share), (WAIT, 0), (WAIT, 0))
    cost = 3 * 1.5 + 4 * 2.5 + 3 * (114 - 101.5) + 10 * 0.25
    assert core.finished["shortfall_ticks"][0] == pytest.approx(cost)
    assert core.finished["unfilled_lots"][0] == 3


def test_never_more_than_the_order():
    core = core_in(still_market(), models_of(lots=4, side=-1))
    random = np.random.default_rng(3)
    for _ in range(10):
        core.step(random.integers(0, [TAKE + 1, ALL + 1], (1, 2)))
        assert 0 <= core.envs["trader"]["position_lots"][0] <= 4
        assert core.envs["trader"]["orders"]["leaves_lots"].sum() <= 4


@pytest.fixture(scope="module")
def random_runs(tiny):
    """Each finished episode with what a slow twin needs to judge it."""
    models = MODELS._replace(task=Execution(lots=12, fewest_lots=3))
    core = BatchCore(tiny, models, 16, episode_decisions=12, autoreset=False, max_position_lots=20)
    random = np.random.default_rng(5)
    found = []
    for seed in range(3):
        core.reset(np.arange(16) + 100 * seed)
        done = np.zeros(16, bool)
        started = core.view()
        for _ in range(12):
            before, taken = core.envs.copy(), core.consumed.copy()
            actions = random.integers(0, [TAKE + 1, ALL + 1], (16, 2))
            actions[:, 0] *= random.random(16) < 0.7
            _, _, terminated, truncated = core.step(actions)
            assert not truncated.any()
            for k in np.flatnonzero(terminated & ~done):
                found.append((started[k], before[k], taken[k], core.consumed[k].copy(),
                              core.envs[k].copy(), core.finished[k].copy()))  # fmt: skip
            done |= terminated
        assert done.all()
    return found


def test_random_executions_cost_what_their_cash_says(tiny, random_runs):
    forced = passive = 0
    for start, _, _, _, env, episode in random_runs:
        market, trader = tiny.markets[start["tape"]], env["trader"]
        parent = -int(start["start_position_lots"])
        if parent == 0:  # no touch yet: nothing to do
            assert (episode["steps"], episode["shortfall_ticks"]) == (1, 0.0)
            continue
        assert 3 <= abs(parent) <= 12
        mid2 = int(start["bid_ticks"]) + int(start["ask_ticks"])
        received = int(trader["cash_ticks"]) + (-parent * mid2) // 2  # what was held at the start
        paid = trader["fees_microticks"] / 1e6 - received
        first, last = int(start["decision"]), int(start["decision"] + episode["steps"])
        twap, vwap = naive.mean_prices(market, first, last)
        assert episode["shortfall_ticks"] == pytest.approx(paid - parent * mid2 / 2)
        for name, price in (("twap", twap), ("vwap", vwap)):
            expected = episode["shortfall_ticks"] + parent * (mid2 / 2 - price)
            assert episode[f"shortfall_{name}_ticks"] == pytest.approx(expected, abs=1e-6)
        assert episode["reward"] == pytest.approx(-episode["shortfall_ticks"])
        assert episode["lots_traded"] == abs(parent)
        assert trader["position_lots"] == trader["known_position_lots"] == 0
        forced += episode["forced_lots"] > 0
        passive += episode["passive_share"] > 0
    assert forced > 5
    assert passive > 5


def test_the_forced_end_is_the_walk_of_a_slow_twin(tiny, random_runs):
    looked_at = 0
    for start, before, _, taken, env, episode in random_runs:
        if episode["forced_lots"] == 0:
            continue
        market = tiny.markets[start["tape"]]
        base = market.index.base_ticks
        mine = {
            (1 if place % 2 == 0 else -1, base + int(place) // 2): int(taken[place])
            for place in np.flatnonzero(taken)
        }
        row = int(market.decisions["row"][start["decision"] + episode["steps"]])
        side = 1 if episode["parent_lots"] > 0 else -1
        held = -side * int(episode["forced_lots"])
        touch = int(env["bid_ticks"]), int(env["ask_ticks"])
        trades, left = naive.walk(market, row, mine, held, touch, 10)
        assert left == episode["unfilled_lots"]
        cash = -side * sum(px * lots for px, lots in trades)
        # what the cash did in the last step apart from that are fills on the way
        alone = env["trader"]["messages_sent"] == before["trader"]["messages_sent"]
        alone &= before["trader"]["message_count"] == before["trader"]["response_count"] == 0
        alone &= not before["trader"]["intents"]["state"].any()
        if alone:
            gained = int(env["trader"]["cash_ticks"]) - int(before["trader"]["cash_ticks"])
            assert gained == cash
            looked_at += 1
    assert looked_at > 3


def test_an_order_of_ones_own_choice(tiny):
    core = BatchCore(tiny, MODELS, 2, episode_decisions=12)
    core.reset(np.arange(2), options={"inventory": [7, -2]})
    assert core.view()["start_position_lots"].tolist() == [7, -2]
    assert (np.abs(core.view()["pnl_ticks"]) <= 0.5).all()  # bought at the mid


def test_both_sides_and_all_sizes_are_drawn(tiny):
    models = MODELS._replace(task=Execution(lots=4, fewest_lots=2))
    core = BatchCore(tiny, models, 200, episode_decisions=12)
    core.reset(np.arange(200))
    lots, counts = np.unique(core.view()["start_position_lots"], return_counts=True)
    lots, counts = lots[lots != 0], counts[lots != 0]  # 0: no touch yet
    assert lots.tolist() == [-4, -3, -2, 2, 3, 4]
    assert counts.min() > 15


@pytest.mark.parametrize(
    "task", [{"lots": 0}, {"lots": 3, "fewest_lots": 4}, {"side": 2}, {"rest_ticks": -1}]
)
def test_what_means_nothing_is_refused(task):
    with pytest.raises(ConfigError, match="task"):
        Execution(**task).check()
