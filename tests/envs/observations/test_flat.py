"""The present features, nothing else."""

import numpy as np

from hft_gym.envs.observations.flat import Flat
from tests.envs.observations.shown import check_space, seen_by


def test_it_is_the_newest_row():
    assert Flat().history() == 1
    assert Flat().book() is None
    assert np.array_equal(check_space(Flat()), seen_by(Flat()).features[:, 0])
