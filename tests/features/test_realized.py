"""Realised measures against published numbers."""

import math

import numpy as np
import pytest

from hft_gym.features.realized import (
    RING,
    BipowerVolatility,
    JumpShare,
    MedianVolatility,
    MinVolatility,
    RealizedVolatility,
    bipower_variation,
    median_variance,
    min_variance,
    realized_variance,
)
from hft_gym.features.rings import push
from tests.features.samples import after_closes
from tests.naive import features_price as naive

pytestmark = pytest.mark.kernel

# Five returns with their realised variance, bipower variation, MinRV and MedRV, worked out from the
# definitions of Barndorff-Nielsen, Shephard (2004) and Andersen, Dobrev, Schaumburg (2012)
RETURNS = [0.01, -0.02, 0.015, 0.03, -0.005]
PUBLISHED = [0.00165, 0.0017278760, 0.0019779557, 0.0020107576]


def test_the_published_measures():
    state = np.zeros(RING + 6)
    for number in [9.0, *RETURNS]:  # the first has left the ring
        push(state, RING, 5, number)
    measures = (realized_variance, bipower_variation, min_variance, median_variance)
    assert [m(state, 5) for m in measures] == pytest.approx(PUBLISHED, abs=5e-11)
    twins = (naive.realized, naive.bipower, naive.min_rv, naive.med_rv)
    assert [m(np.array(RETURNS)) for m in twins] == pytest.approx(PUBLISHED, abs=5e-11)


@pytest.mark.parametrize(
    ("model", "measure"),
    [
        (RealizedVolatility, naive.realized),
        (BipowerVolatility, naive.bipower),
        (MinVolatility, naive.min_rv),
        (MedianVolatility, naive.med_rv),
    ],
)
def test_volatility_is_the_root_in_basis_points(model, measure):
    closes = [10_000, 10_100, 9_900, 10_050, 10_350, 10_300]
    expected = math.sqrt(measure(np.diff(np.log(closes)))) * 1e4 / 7
    assert after_closes(model(5, 1.0, 7.0), closes) == pytest.approx(expected)
    assert after_closes(model(6, 1.0, 7.0), closes) == 0.0


def test_a_jump_stands_out():
    quiet = [10_000 + k % 2 for k in range(20)]
    assert after_closes(JumpShare(19), quiet) == 0.0
    jump = [close + 500 * (k > 9) for k, close in enumerate(quiet)]
    returns = np.diff(np.log(jump))
    expected = 1 - naive.bipower(returns) / naive.realized(returns)
    assert after_closes(JumpShare(19), jump) == pytest.approx(expected)
    assert expected > 0.98
    assert after_closes(JumpShare(19), [10_000] * 20) == 0.0
