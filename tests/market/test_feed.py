"""When rows are seen: packets whole, in order, the same for the same seed."""

import numpy as np
import pytest

from hft_gym.kernel.random import seed_states
from hft_gym.market.feed import known_ns_of
from hft_gym.market.latencies.by_load import ByLoad
from hft_gym.market.latencies.by_size import BySize
from hft_gym.market.latencies.constant import Constant
from hft_gym.market.latencies.empirical import Empirical
from hft_gym.market.latencies.none import NoDelay
from hft_gym.market.latencies.uniform import Uniform
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import COLUMNS, Flag
from tests.market.latencies.samples import small_tape
from tests.naive.latencies import known_ns_of as naive_known_ns_of

pytestmark = pytest.mark.kernel

FEEDS = [
    Uniform(0, 3_000_000),
    Empirical([10, 20, 5_000_000]),
    ByLoad(Uniform(0, 50), 10_000, 500_000),
    BySize(Constant(100), 1_000),
    NoDelay(),
]


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: type(feed).__name__)
def test_rows_are_seen_as_by_the_slow_twin(feed, monkeypatch):
    monkeypatch.setattr("hft_gym.market.feed.zlib.crc32", lambda name: 77)
    tape = small_tape()
    found = known_ns_of(tape, feed)
    assert found.tolist() == naive_known_ns_of(tape, feed, seed_states(np.array([77]))[0])
    assert (np.diff(found) >= 0).all()
    assert (found >= tape.ts_local_ns).all()
    inside = tape.flags[:-1] & Flag.LAST == 0
    assert (np.diff(found)[inside] == 0).all()  # a packet comes whole
    assert inside.any()


def test_a_fixed_delay():
    tape = small_tape()
    assert known_ns_of(tape, Constant(0)) is tape.ts_local_ns
    assert (known_ns_of(tape, Constant(5)) == tape.ts_local_ns + 5).all()


def test_the_seed_and_the_tape_are_all():
    tape, feed = small_tape(), Uniform(0, 3_000_000)
    first = known_ns_of(tape, feed, 1)
    assert (known_ns_of(tape, feed, 1) == first).all()
    assert (known_ns_of(tape, feed, 2) != first).any()


def test_rows_ahead_change_nothing():
    tape, feed = small_tape(), ByLoad(Uniform(0, 3_000_000), 10_000, 500_000)
    columns = {name: getattr(tape, name)[:300] for name in COLUMNS}
    end = 1 + int(np.flatnonzero(columns["flags"] & Flag.LAST)[-1])
    shorter = MarketTape(tape.path, {n: c[:end] for n, c in columns.items()}, tape.meta)
    # rows that have happened by the local time of a packet count, although they are seen later
    same = tape.ts_local_ns[:end] < tape.ts_exchange_ns[end]
    found, whole = known_ns_of(shorter, feed), known_ns_of(tape, feed)[:end]
    assert (found[same] == whole[same]).all()
    assert same.sum() > 200
