"""Counts by second, whatever the order and the number of chunks."""

import numpy as np

from hft_gym.commands.support.activity import SECOND_NS, Activity

NONE = 2**64 - 1


def test_chunks_change_nothing():
    rng = np.random.default_rng(2)
    times_ns = rng.integers(10**18, 10**18 + 3_000 * SECOND_NS, 5_000).astype("u8")
    whole, pieces = Activity(), Activity()
    whole.add(times_ns)
    for chunk in np.array_split(times_ns, 200):
        pieces.add(chunk)
    seconds = np.bincount((times_ns // SECOND_NS).astype(int) - 10**9)
    for activity in (whole, pieces):
        assert activity.records == 5_000
        assert (activity.first_ns, activity.last_ns) == (times_ns.min(), times_ns.max())
        assert activity.peak_per_s == seconds.max()
        histogram = activity.histogram(7)
        assert sum(histogram) == 5_000
        first = np.flatnonzero(seconds)[0]
        span = len(seconds) - first
        assert histogram[0] == seconds[first : first + -(-span // 7)].sum()


def test_undefined_times_are_left_out():
    activity = Activity()
    activity.add(np.array([NONE, 2 * SECOND_NS, NONE, 4 * SECOND_NS], "u8"))
    assert (activity.records, activity.mean_per_s, activity.peak_per_s) == (2, 1.0, 1)
    assert activity.histogram(3) == [1, 0, 1]


def test_nothing():
    activity = Activity()
    activity.add(np.array([NONE], "u8"))
    assert (activity.records, activity.mean_per_s, activity.peak_per_s) == (0, 0.0, 0)
    assert activity.histogram(3) == [0, 0, 0]
