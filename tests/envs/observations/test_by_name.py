"""Each part under its name."""

import numpy as np
import pytest

from hft_gym.envs.observations.by_name import ByName
from hft_gym.envs.observations.lob import Lob
from hft_gym.envs.observations.seen import Seen
from hft_gym.errors import ConfigError
from tests.envs.observations.shown import check_space, seen_by


@pytest.mark.parametrize("steps", [1, 3])
def test_the_parts(steps):
    model = ByName(levels=4, steps=steps)
    shown, seen = check_space(model), seen_by(model)
    assert set(shown) == {"market", "own", "book"}
    assert np.array_equal(shown["market"], seen.features[:, 0, :3])
    assert np.array_equal(shown["own"], seen.features[:, 0, 3:])
    assert np.array_equal(shown["book"], Lob(4, steps).show(seen))


def test_what_is_empty_is_left_out():
    model = ByName(levels=0)
    assert model.book() is None
    assert set(check_space(model)) == {"market", "own"}
    rows = np.ones((2, 1, 3), np.float32)
    assert set(model.show(Seen(rows, 0, None))) == set(model.space(0, 3).spaces) == {"own"}
    with pytest.raises(ConfigError, match="shows nothing"):
        model.space(0, 0)
    with pytest.raises(ConfigError, match="steps must be above 0"):
        ByName(steps=0).book()
