"""The delay of a message grows with the rows just before it, and knows no later ones."""

import numpy as np
import pytest

from hft_gym.errors import ConfigError
from hft_gym.kernel.jit import kernel
from hft_gym.market.columns import COLUMNS_DTYPE, columns_record
from hft_gym.market.latencies.by_load import ByLoad, rows_until
from hft_gym.market.latencies.by_size import BySize
from hft_gym.market.latencies.constant import Constant
from hft_gym.market.latencies.uniform import Uniform
from tests.market.latencies.samples import delays, moments, small_tape

pytestmark = pytest.mark.kernel


@kernel
def count(tapes, near_rows, ts_ns, out):
    for k in range(out.size):
        out[k] = rows_until(tapes[0], near_rows[k], ts_ns[k])


def test_rows_are_found_from_anywhere():
    tape = small_tape()
    tapes = np.array([columns_record(tape)], COLUMNS_DTYPE)
    ts_ns, _ = moments(600)
    near = np.random.default_rng(1).integers(-5, len(tape) + 5, ts_ns.size)
    found = np.empty(ts_ns.size, np.int64)
    count(tapes, near, ts_ns, found)
    assert (found == np.searchsorted(tape.ts_exchange_ns, ts_ns, side="right")).all()


@pytest.mark.parametrize("base", [Constant(7), Uniform(1, 9), BySize(Uniform(2, 5), 3)])
@pytest.mark.parametrize("row", [0, 300, 10_000])
def test_by_load_equals_its_slow_twin(base, row):
    model = ByLoad(base, ns_per_event=1_000, window_ns=2_000_000)
    found, expected = delays(model, *moments(100), row=row)
    assert (found == expected).all()
    assert found.min() < 1_000  # quiet
    assert found.max() > 8_000  # busy


def test_rows_ahead_are_not_counted():
    tape = small_tape()
    ts_ns = tape.ts_exchange_ns[::50]
    found, _ = delays(ByLoad(Constant(0), 1, 2**61), ts_ns, np.zeros_like(ts_ns))
    so_far = [int((tape.ts_exchange_ns <= t).sum()) for t in ts_ns]
    assert found.tolist() == so_far
    assert so_far[-1] < len(tape)


def test_numbers_out_of_range():
    with pytest.raises(ConfigError, match="not be negative"):
        ByLoad(window_ns=-1).check()
    ByLoad().check()
