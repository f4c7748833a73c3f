"""What others show at our quotes' prices; and all own features and rewards in real environments."""

import numpy as np
import pytest

from hft_gym.envs.core import BatchCore
from hft_gym.envs.defaults import MODELS
from hft_gym.envs.rewards.cara_utility import CaraUtility
from hft_gym.envs.rewards.dampened_pnl import DampenedPnl
from hft_gym.envs.rewards.differential_sharpe import DifferentialSharpe
from hft_gym.envs.rewards.drawdown_penalty import DrawdownPenalty
from hft_gym.envs.rewards.implementation_shortfall import ImplementationShortfall
from hft_gym.envs.rewards.pnl import Pnl
from hft_gym.envs.rewards.realised_pnl import RealisedPnl
from hft_gym.envs.rewards.spread_capture import SpreadCapture
from hft_gym.envs.rewards.sum import Sum
from hft_gym.features.interfaces import CLIP, own_value
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
)
from hft_gym.market.records import Intent
from tests.envs.samples import generated_dataset, random_actions
from tests.naive import own as naive
from tests.naive import rewards as naive_rewards

pytestmark = pytest.mark.slow

OWN = (
    QueueBehind(1, 100.0), QueueBehind(-1, 100.0), QueueAhead(1, 100.0), QueueAhead(-1, 100.0),
    QuoteDistance(1), QuoteDistance(-1), Inventory(), PositionAge(), EntryDistance(),
    UnrealisedPnl(), Drawdown(), FillRatio(), MessagesInFlight(), TimeLeft(),
)  # fmt: skip
REWARDS = (
    Pnl(), DampenedPnl(), RealisedPnl(), SpreadCapture(), CaraUtility(), DifferentialSharpe(0.1),
    DrawdownPenalty(), ImplementationShortfall(),
)  # fmt: skip
WEIGHTS = tuple(float(2**k) for k in range(len(REWARDS)))
RICH = MODELS._replace(own_features=OWN, reward=Sum(WEIGHTS, REWARDS))
ENVS, EPISODE = 4, 60


@pytest.fixture(scope="module")
def steps():
    """Each step's records, observations and rewards; no episode ends but the last step's."""
    core = BatchCore(generated_dataset(), RICH, ENVS, episode_decisions=EPISODE, autoreset=False)
    first = core.reset(np.arange(ENVS))
    found = [(core.envs.copy(), first, np.zeros(ENVS, np.float32))]
    for action in random_actions(EPISODE, ENVS, seed=3, stay=0.8) % 3:
        observations, rewards, _, _ = core.step(action)
        found.append((core.envs.copy(), observations, rewards))
    return found


def test_levels_are_those_of_the_tape(steps):
    markets, looked_at = generated_dataset().markets, 0
    for envs, _, _ in steps[1::7]:
        for env in envs:
            market = markets[env["tape"]]
            for slot, side in enumerate((1, -1)):
                intent = env["trader"]["intents"][slot]
                if intent["state"] == Intent.NONE:
                    assert env["level_lots"][slot] == 0
                    continue
                row, px = env["trader"]["row"], intent["px_ticks"]
                assert env["level_lots"][slot] == naive.lots_at(market.tape, row, side, px)
                looked_at += 1
    assert looked_at > 20


def test_the_queue_is_whole(steps):
    ahead, behind = (
        np.concatenate([o[:, -len(OWN) + k : -len(OWN) + k + 2] for _, o, _ in steps])
        for k in (2, 0)
    )
    quoted = ahead >= 0
    assert np.array_equal(quoted, behind >= 0)
    assert quoted.sum() > 50
    levels = np.concatenate([envs["level_lots"] for envs, *_ in steps])
    inside = quoted & (levels < CLIP * 100) & (ahead * 100 <= levels)
    assert inside.sum() > 0.9 * quoted.sum()
    assert 100 * (ahead + behind)[inside] == pytest.approx(levels[inside], abs=1e-2)


def test_the_kernel_shows_what_the_features_say(steps):
    for envs, observations, _ in steps[::5]:
        for env, row in zip(envs, observations, strict=True):
            expected = [own_value(feature, env, int(env["ts_local_ns"])) for feature in OWN]
            assert row[-len(OWN) :] == pytest.approx(np.clip(expected, -CLIP, CLIP), abs=1e-5)


def test_rewards_add_up_to_what_their_slow_twins_say(steps):
    for k in range(ENVS):
        moments = [
            {
                "t_s": (env := envs[k])["ts_local_ns"] * 1e-9,
                "mid": env["trader"]["mid2_ticks"] / 2,
                "position": int(env["trader"]["known_position_lots"]),
                "cash": int(env["trader"]["known_cash_ticks"]),
                "fees": env["trader"]["known_fees_microticks"] * 1e-6,
                "fills": [],
            }
            for envs, _, _ in steps
        ]
        twins = {
            0: naive_rewards.pnl(moments),
            1: naive_rewards.dampened(moments, 0.6),
            4: naive_rewards.cara(moments, 0.01),
            5: naive_rewards.differential_sharpe(moments, 0.1, 1.0),
            6: naive_rewards.drawdown(moments, 0.5, 0.0),
            7: naive_rewards.shortfall(moments, 5),
            # fills by themselves are seen in the tests of these two
            2: [envs[k]["step_realised_ticks"] for envs, *_ in steps[1:]],
            3: [
                envs[k]["step_spread_ticks"] - envs[k]["step_fees_ticks"] for envs, *_ in steps[1:]
            ],
        }
        expected = sum(WEIGHTS[place] * np.array(values) for place, values in twins.items())
        found = np.array([rewards[k] for *_, rewards in steps[1:]])
        assert found == pytest.approx(expected, rel=1e-4, abs=2e-3)
    assert any(rewards.any() for *_, rewards in steps)
