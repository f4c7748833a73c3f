"""Powers of the lots before and behind."""

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import share_behind
from hft_gym.market.queues.power import Power
from tests.market.queues.samples import front_after
from tests.naive.queues import share_behind as naive_share_behind

pytestmark = pytest.mark.kernel

MODEL = Power(2.0)


@kernel
def shares(model, front_lots, back_lots, out):
    for k in range(out.size):
        out[k] = share_behind(model, front_lots[k], back_lots[k])


def test_the_share_behind_equals_its_formula():
    random = np.random.default_rng(1)
    front, back = random.random(50) * 30, random.random(50) * 30
    front[0], back[1] = 0.0, 0.0
    found = np.empty(50)
    shares(MODEL, front, back, found)
    pairs = zip(front.tolist(), back.tolist(), strict=True)
    assert found.tolist() == pytest.approx([naive_share_behind(MODEL, f, b) for f, b in pairs])
    assert (found >= 0).all()
    assert (found <= 1).all()


@pytest.mark.parametrize(("n", "front"), [(2.0, 7.058824), (3.0, 6.710526)])
def test_the_published_front(n, front):
    """Ten lots before us; the level goes from 10 to 16 and then to 12."""
    assert front_after(Power(n), 10, (16, 12)) == pytest.approx(front, abs=1e-6)


@pytest.mark.parametrize("n", [0.0, -1.0])
def test_a_power_that_is_none(n):
    with pytest.raises(ConfigError, match="n must be above 0"):
        Power(n).check()
    Power().check()
