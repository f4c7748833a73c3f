"""Random quotes: uniform, repeatable, the same whoever stands beside."""

import numpy as np

from hft_gym.strategies.random import Random
from tests.strategies.views import view_of

N = 70_000


def test_uniform_over_all_actions_and_independent_between_sides() -> None:
    actions = Random(seed=3).act(view_of(N, decision=np.arange(N)))
    assert actions.dtype == np.int64
    pairs = np.bincount(actions[:, 0] * 7 + actions[:, 1], minlength=49)
    expected = N / 49
    chi_squared = float(((pairs - expected) ** 2 / expected).sum())
    assert chi_squared < 48 + 4 * np.sqrt(2 * 48)


def test_independent_between_neighbouring_decisions_tapes_and_seeds() -> None:
    decisions = np.arange(N)
    base = Random(seed=0).act(view_of(N, decision=decisions))
    for other in (
        Random(seed=0).act(view_of(N, decision=decisions + 1)),
        Random(seed=0).act(view_of(N, decision=decisions, tape=1)),
        Random(seed=1).act(view_of(N, decision=decisions)),
    ):
        same = float((base == other).mean())
        assert abs(same - 1 / 7) < 4 * np.sqrt(1 / 7 * 6 / 7 / (2 * N))


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    decisions = np.array([5, 9, 2])
    together = Random(seed=1).act(view_of(3, decision=decisions, tape=[0, 1, 1]))
    for row, (tape, decision) in enumerate([(0, 5), (1, 9), (1, 2)]):
        alone = Random(seed=1).act(view_of(1, decision=decision, tape=tape))
        assert alone[0].tolist() == together[row].tolist()


def test_stays_in_a_smaller_action_set() -> None:
    actions = Random(n_offsets=2).act(view_of(1000, decision=np.arange(1000)))
    assert set(np.unique(actions)) == {0, 1, 2}
