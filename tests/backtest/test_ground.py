import numpy as np
import pytest

from hft_gym.backtest.ground import Ground
from hft_gym.errors import InputError
from hft_gym.market.latencies.constant import Constant
from tests.backtest.cases import Market, at, random_ground

pytestmark = pytest.mark.kernel


def test_rows_are_known_after_the_feed():
    ground = random_ground()
    ends = ground.packets["end_row"][1:-1]
    assert np.array_equal(ground.times_ns[1:-1], ground.tape.ts_local_ns[ends - 1] + 50_000)
    assert ground.index.base_ticks == ground.tape.meta.low_ticks - 64


def test_nothing_is_known_before_it_happens():
    market = Market()
    market.add(5, 1, 99, 1)
    market.add(6, 1, 98, 1)
    tape = market.tape(10)
    tape.ts_local_ns = tape.ts_local_ns.copy()
    tape.ts_local_ns[3:] = [at(2), at(1)]  # a capture clock that is slow, and goes back
    ground = Ground.of(tape, Constant(0))
    assert ground.times_ns[2:4].tolist() == [at(5), at(6)]


def test_another_feed_brings_the_same_market():
    ground = random_ground()
    other = ground.seen_by(Constant(7))
    whole = Ground.of(ground.tape, Constant(7))
    assert other.index is ground.index
    assert np.array_equal(other.times_ns, whole.times_ns)
    assert not np.array_equal(other.times_ns, ground.times_ns)
    assert np.array_equal(other.packets, whole.packets)


def test_a_tape_without_a_session_is_refused():
    with pytest.raises(InputError, match="no trading session"):
        Ground.of(Market().writer.tape((5, 5)), Constant(0))
