"""Several rewards, each with its weight and its own memory."""

import pytest

from hft_gym.envs.actions.touch_quotes import TouchQuotes
from hft_gym.envs.records import REWARDS
from hft_gym.envs.rewards.dampened_pnl import DampenedPnl
from hft_gym.envs.rewards.differential_sharpe import DifferentialSharpe
from hft_gym.envs.rewards.pnl import Pnl
from hft_gym.envs.rewards.sum import Sum, weighted_sum
from hft_gym.errors import ConfigError
from tests.envs.rewards.episodes import Episode
from tests.naive import rewards as naive

pytestmark = pytest.mark.kernel


def term(weight, reward):
    return {"weight": weight, "reward": reward}


def test_it_equals_the_sum_of_its_parts():
    model = weighted_sum(
        [
            term(2, DifferentialSharpe(0.1, 2.0)),
            term(-0.5, DampenedPnl(1.0)),
            term(0.25, DifferentialSharpe(0.3, 1.0)),  # two that remember, each for itself
        ]
    )
    episode = Episode(15)
    found = episode.rewards(model, 40)
    parts = [
        naive.differential_sharpe(episode.moments, 0.1, 2.0),
        naive.dampened(episode.moments, 1.0),
        naive.differential_sharpe(episode.moments, 0.3, 1.0),
    ]
    expected = [2 * a - 0.5 * b + 0.25 * c for a, b, c in zip(*parts, strict=True)]
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-4)
    assert episode.env["reward_place"] == 0


def test_one_term_is_that_reward():
    one, alone = Episode(16), Episode(16)
    assert one.rewards(Sum((1.0,), (Pnl(),)), 20) == pytest.approx(alone.rewards(Pnl(), 20))


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ([], "1 to 8 terms"),
        ([term(1, Pnl())] * (REWARDS + 1), "1 to 8 terms"),
        ([{"weight": 1}], r"terms\[0\] of a sum has \['weight'\]"),
        ([term(1, Pnl()), term("much", Pnl())], r"terms\[1\].weight must be a number"),
        ([term(True, Pnl())], "weight must be a number"),
        ([term(1, Sum((1.0,), (Pnl(),)))], "write its terms into this one"),
        ([term(1, TouchQuotes())], "TouchQuotes, does not implement step_reward"),
        ([term(1, len)], "plain Python reward"),
    ],
)
def test_what_is_no_sum_is_told(terms, message):
    with pytest.raises(ConfigError, match=message):
        weighted_sum(terms)
