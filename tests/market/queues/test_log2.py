"""A logarithm of the lots behind, in that of all."""

import numpy as np
import pytest

from hft_gym.kernel.jit import kernel
from hft_gym.market.interfaces import share_behind
from hft_gym.market.queues.log2 import Log2
from tests.market.queues.samples import front_after
from tests.naive.queues import share_behind as naive_share_behind

pytestmark = pytest.mark.kernel

MODEL = Log2()


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


def test_the_published_front():
    """Ten lots before us; the level goes from 10 to 16 and then to 12."""
    assert front_after(MODEL, 10, (16, 12)) == pytest.approx(8.747284, abs=1e-6)
