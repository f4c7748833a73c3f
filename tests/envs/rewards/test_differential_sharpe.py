"""The derivative of the Sharpe ratio by the weight of the latest step."""

import pytest

from hft_gym.envs.interfaces import reward_memory
from hft_gym.envs.rewards.differential_sharpe import DifferentialSharpe
from tests.envs.rewards.episodes import Episode
from tests.naive import rewards as naive

pytestmark = pytest.mark.kernel


@pytest.mark.parametrize(("eta", "prior"), [(0.01, 1.0), (0.1, 5.0), (0.5, 0.3)])
def test_it_is_the_derivative_of_the_ratio(eta, prior):
    episode = Episode(6)
    found = episode.rewards(DifferentialSharpe(eta, prior), 40)
    expected = naive.differential_sharpe(episode.moments, eta, prior)
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-5)


def test_it_remembers_in_the_record_alone():
    model = DifferentialSharpe(0.2, 1.0)
    first, second = Episode(7), Episode(7)
    assert first.rewards(model, 20) == second.rewards(model, 20)
    assert reward_memory(first.env)[2] == 20
    first.env["reward_state"][:] = 0.0  # a new episode
    second.env["reward_state"][:] = 0.0
    assert first.rewards(model, 20) == second.rewards(model, 20)


def test_nothing_happens_nothing_is_gained():
    episode = Episode(1)
    assert [episode.step(DifferentialSharpe(), []) for _ in range(5)] == [0.0] * 5
    assert episode.step(DifferentialSharpe(0.1, 0.0), []) == 0.0


def test_without_a_prior_the_first_gain_has_no_scale():
    episode = Episode(1)
    model = DifferentialSharpe(0.1, 0.0)
    assert episode.step(model, [(1, 900, 1)]) == 0.0
    assert episode.step(model, [(1, 900, 1)]) != 0.0
