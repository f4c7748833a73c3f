"""The latest rows, the newest last."""

import numpy as np
import pytest

from hft_gym.envs.observations.stacked import Stacked
from hft_gym.errors import ConfigError
from tests.envs.observations.shown import check_space, seen_by


def test_it_is_the_history_and_a_copy_of_it():
    model = Stacked(3)
    assert model.history() == 3
    assert model.book() is None
    assert check_space(model).shape == (5, 3, 5)
    seen = seen_by(model)
    shown = model.show(seen)
    assert np.array_equal(shown, seen.features)
    assert not np.shares_memory(shown, seen.features)


def test_no_history_is_refused():
    with pytest.raises(ConfigError, match="steps must be at least 1, not 0"):
        Stacked(0).history()
