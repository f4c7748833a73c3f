"""Words by which threads tell each other how far they are."""

import threading

import numba
import numpy as np
import pytest

from hft_gym.kernel import atomic
from hft_gym.kernel.address import address_of
from hft_gym.kernel.jit import kernel

pytestmark = pytest.mark.kernel
TURNS = 2000


@kernel
def play(words, kept, me, turns):
    """Two threads in turn: each adds to what it found only when the word says that it may."""
    at = np.uint64(words.ctypes.data)
    for turn in range(turns):
        while atomic.load(at) != 2 * turn + me:
            atomic.pause()
        kept[0] = 3 * kept[0] + me
        kept[0] %= 1_000_003
        atomic.store(at, 2 * turn + me + 1)


def test_a_word_is_what_was_stored():
    words = np.zeros(2, np.int64)
    atomic.store(address_of(words) + 8, -5)
    assert words.tolist() == [0, -5]
    assert atomic.load(address_of(words) + 8) == -5


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="a thread would not let the other run")
def test_what_was_written_before_is_seen_after():
    words, kept = np.zeros(1, np.int64), np.ones(1, np.int64)
    play.compile((numba.typeof(words), numba.typeof(kept), numba.int64, numba.int64))
    other = threading.Thread(target=play, args=(words, kept, 1, TURNS))
    other.start()
    play(words, kept, 0, TURNS)
    other.join()
    wanted = 1
    for turn in range(2 * TURNS):
        wanted = (3 * wanted + turn % 2) % 1_000_003
    assert kept[0] == wanted
