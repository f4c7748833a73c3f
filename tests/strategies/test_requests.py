"""Requests that mean nothing in particular."""

import numpy as np

from hft_gym.strategies.requests import NoRequests, RandomRequests
from tests.strategies.views import view_of


def test_nothing_is_asked():
    assert not NoRequests().act(view_of(3)).any()
    assert NoRequests().name == "no_requests"


def test_anything_is_asked_and_always_the_same():
    view = view_of(4000, ts_local_ns=1_700_000_000_000_000_000 + 250_000_000 * np.arange(4000))
    rule = RandomRequests(slots=3, reach_ticks=1, sizes=2)
    actions = rule.act(view)
    for k, count in enumerate((4, 3, 2, 3, 2, 6)):
        shares = np.bincount(actions[:, k], minlength=count) / 4000
        assert len(shares) == count
        assert np.abs(shares - 1 / count).max() < 0.04
    assert np.array_equal(rule.act(view[7:9]), actions[7:9])
    assert not np.array_equal(RandomRequests(1, 3, 1, 2).act(view), actions)
    assert rule.name == "random_requests"
