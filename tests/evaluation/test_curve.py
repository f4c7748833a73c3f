"""The training curve."""

import numpy as np

from hft_gym.evaluation.curve import TrainingCurve, curve_png


def test_draws_long_short_and_gappy_curves():
    for reward in (np.linspace(-5.0, 3.0, 200), [1.0], [1.0, np.nan, 2.0], []):
        steps = np.arange(len(reward)) * 1e4
        assert curve_png(TrainingCurve(steps, reward)).startswith(b"\x89PNG")
