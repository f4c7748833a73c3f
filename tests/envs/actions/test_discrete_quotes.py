"""One number stands for a pair of distances."""

import pytest

from hft_gym.envs.actions.discrete_quotes import DiscreteQuotes
from hft_gym.envs.actions.touch_quotes import TouchQuotes
from tests.envs.actions.wanted import env_at, quotes

pytestmark = pytest.mark.kernel


def test_each_pair_is_one_choice_and_quotes_what_the_pair_does():
    model, pairs = DiscreteQuotes(3, 2, True, -1), TouchQuotes(3, 2, True, -1)
    assert model.space().n == 16
    seen = set()
    for choice in range(16):
        found = quotes(model, choice, env_at(100, 105))
        assert found == quotes(pairs, divmod(choice, 4), env_at(100, 105))
        seen.add(tuple(found))
    assert len(seen) == 16


@pytest.mark.parametrize("choice", [-1, 16, 99])
def test_what_is_no_choice_is_no_quote(choice):
    assert quotes(DiscreteQuotes(), choice, env_at(100, 105)) == [(None, 0), (None, 0)]
