"""The book as a tensor."""

import numpy as np
import pytest

from hft_gym.envs.observations.lob import Lob
from hft_gym.envs.observations.seen import BookShape
from hft_gym.errors import ConfigError
from tests.envs.observations.shown import check_space, seen_by


def test_one_moment_is_levels_by_four():
    model = Lob(levels=6)
    assert model.book() == BookShape(6, 1, 5.0, 50.0)
    assert np.array_equal(check_space(model), seen_by(model).books[:, 0])


def test_several_moments_are_channels_by_levels_by_time():
    model = Lob(levels=6, steps=7)
    shown, books = check_space(model), seen_by(model).books
    assert shown.shape == (5, 4, 6, 7)
    for step in range(7):
        for channel in range(4):
            assert np.array_equal(shown[:, channel, :, step], books[:, step, :, channel])


@pytest.mark.parametrize("wrong", [{"levels": 0}, {"steps": 0}, {"scale_lots": -1.0}])
def test_numbers_out_of_range_are_refused(wrong):
    (name,) = wrong
    with pytest.raises(ConfigError, match=f"observation.{name} must be above 0"):
        Lob(**wrong).book()
