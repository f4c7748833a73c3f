"""What the forms are shown in their tests, and what they must keep to."""

import numpy as np

from hft_gym.envs.observations.seen import Seen

N, MARKET, OWN = 5, 3, 2


def seen_by(model):
    """Random features and books of the shapes that a form asks for."""
    random = np.random.default_rng(1)
    features = random.normal(size=(N, model.history(), MARKET + OWN)).astype(np.float32)
    shape, books = model.book(), None
    if shape is not None:
        books = random.normal(size=(N, shape.steps, shape.levels, 4)).astype(np.float32)
    return Seen(features, MARKET, books)


def check_space(model):
    """Every row that is shown lies in the space that was promised."""
    shown = model.show(seen_by(model))
    space = model.space(MARKET, OWN)
    for k in range(N):
        one = {n: part[k] for n, part in shown.items()} if isinstance(shown, dict) else shown[k]
        assert space.contains(one)
    return shown
