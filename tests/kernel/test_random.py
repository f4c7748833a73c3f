"""Laws of the random numbers, to 4 standard errors, and the very numbers of SplitMix64."""

import math

import numpy as np
import pytest

from hft_gym.kernel import random
from hft_gym.kernel.jit import kernel

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.filterwarnings("ignore:overflow encountered"),  # numbers wrap, as they shall
]

HOLDER_DTYPE = np.dtype([("random_state", "u8")])
N = 4_000
WORD = 2**64 - 1


def holder(seed=0):
    holders = np.zeros(1, HOLDER_DTYPE)
    holders["random_state"] = random.seed_states(np.array([seed]))
    return holders


@kernel
def fill_uniform(holders, out):
    for k in range(out.size):
        out[k] = random.uniform(holders[0])


@kernel
def fill_below(holders, bound, out):
    for k in range(out.size):
        out[k] = random.below(holders[0], bound)


@kernel
def fill_exponential(holders, out):
    for k in range(out.size):
        out[k] = random.exponential(holders[0])


@kernel
def fill_normal(holders, out):
    for k in range(out.size):
        out[k] = random.normal(holders[0])


@kernel
def fill_pareto(holders, tail, out):
    for k in range(out.size):
        out[k] = random.pareto(holders[0], tail)


def drawn(fill, *arguments, seed=0, count=N):
    out = np.zeros(count)
    fill(holder(seed), *arguments, out)
    return out


def is_mean_of(sample, mean, variance):
    return abs(sample.mean() - mean) < 4 * math.sqrt(variance / sample.size)


def splitmix64(state):
    """Steele, Lea, Flood 2014, figure 5, with Python's whole numbers."""
    state = (state + 0x9E3779B97F4A7C15) & WORD
    z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return state, z ^ (z >> 31)


def test_the_bits_are_those_of_splitmix64():
    # the published first numbers of seed 1234567
    state, first = splitmix64(1234567)
    assert (first, splitmix64(state)[1]) == (6457827717110365317, 3203168211198807973)
    holders = np.array([(1234567,)], HOLDER_DTYPE)
    out = np.zeros(100)
    fill_uniform(holders, out)
    state = 1234567
    for number in out:
        state, z = splitmix64(state)
        assert number == (z >> 11) * 2.0**-53
    assert int(holders["random_state"][0]) == state


def test_compiled_and_plain_python_give_the_same_numbers():
    plain = getattr(fill_normal, "py_func", fill_normal)
    expected = np.zeros(50)
    plain(holder(3), expected)
    assert drawn(fill_normal, seed=3, count=50) == pytest.approx(expected, abs=1e-15)


def test_uniform():
    sample = drawn(fill_uniform)
    assert sample.min() >= 0.0
    assert sample.max() < 1.0
    assert is_mean_of(sample, 0.5, 1 / 12)
    assert is_mean_of(sample**2, 1 / 3, 4 / 45)
    assert abs(np.corrcoef(sample[1:], sample[:-1])[0, 1]) < 4 / math.sqrt(N)


@pytest.mark.parametrize("bound", [1, 2, 7])
def test_below(bound):
    sample = drawn(fill_below, bound)
    assert set(sample) == set(range(bound))
    for number in range(bound):
        assert is_mean_of(sample == number, 1 / bound, (1 / bound) * (1 - 1 / bound) + 1e-12)


def test_exponential():
    sample = drawn(fill_exponential)
    assert sample.min() >= 0.0
    assert is_mean_of(sample, 1.0, 1.0)
    assert is_mean_of(sample**2, 2.0, 20.0)


def test_normal():
    sample = drawn(fill_normal)
    for power, mean, variance in [(1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)]:
        assert is_mean_of(sample**power, mean, variance)


@pytest.mark.parametrize("tail", [1.5, 5.0])
def test_pareto(tail):
    sample = drawn(fill_pareto, tail)
    assert sample.min() >= 1.0
    assert is_mean_of(np.log(sample), 1 / tail, 1 / tail**2)
    above = 2.0**-tail
    assert is_mean_of(sample > 2.0, above, above * (1 - above))


def test_streams_of_neighbouring_seeds_are_independent():
    states = random.seed_states(np.arange(-500, 500))
    assert states.dtype == np.uint64
    assert np.unique(states).size == 1000
    ones = (states[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    assert np.all(np.abs(ones.mean(0) - 0.5) < 4.5 * 0.5 / math.sqrt(1000))
    streams = np.array([drawn(fill_uniform, seed=seed, count=200) for seed in range(20)])
    apart = np.corrcoef(streams) - np.eye(20)
    assert np.abs(apart).max() < 4.5 / math.sqrt(200)
    # nor is one the other a few numbers later
    assert np.unique(streams).size == streams.size
