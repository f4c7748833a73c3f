"""Delays as measured: from numbers, a file or a tape."""

import pickle

import numpy as np
import pytest

from hft_gym.errors import ConfigError, InputError
from hft_gym.market.latencies.empirical import MOST_QUANTILES, Empirical
from hft_gym.tape.rows import Flag
from tests.market.latencies.samples import delays, moments, small_tape

pytestmark = pytest.mark.kernel


def test_empirical_equals_its_slow_twin():
    model = Empirical([85_000, 119_000, 1_788_000])
    found, expected = delays(model, *moments(500))
    assert (found == expected).all()
    assert found.min() >= 85_000
    assert abs((found < 119_000).mean() - 0.5) < 4 * np.sqrt(0.25 / found.size)


def test_what_is_drawn_is_distributed_as_what_was_measured():
    measured = np.random.default_rng(2).lognormal(11.0, 0.8, 5_000)
    model = Empirical(measured)
    assert len(model.quantiles_ns) == MOST_QUANTILES
    found, _ = delays(model, *moments(3_000))
    for share in (0.05, 0.25, 0.5, 0.75, 0.95):
        below = (found < np.quantile(measured, share)).mean()
        assert abs(below - share) < 4 * np.sqrt(share * (1 - share) / found.size) + 0.002


def test_of_a_tape():
    tape = small_tape()
    ends = (tape.flags & (Flag.LAST | Flag.SNAPSHOT)) == Flag.LAST
    took = (tape.ts_local_ns - tape.ts_exchange_ns)[ends]
    model = Empirical.of_tape(tape)
    assert model.quantiles_ns[0] == took.min()
    assert model.quantiles_ns[-1] == took.max()
    assert abs(model.quantiles_ns[64] - np.median(took)) <= 1


def test_of_a_file(tmp_path):
    path = tmp_path / "delays.csv"
    path.write_text("300\n100\n200,400\n")
    assert Empirical(str(path)).quantiles_ns == (100, 200, 300, 400)
    assert Empirical(path) == Empirical([100, 200, 300, 400])
    path.write_text("delay_ns\n300\n")
    with pytest.raises(InputError, match=r"delays\.csv: no table of delays"):
        Empirical(path)
    with pytest.raises(InputError, match="no table of delays"):
        Empirical(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("numbers", [[], [5], [-1, 5], [1, float("nan")], ["x", "y"]])
def test_what_is_no_table(numbers):
    with pytest.raises(ConfigError, match="Empirical"):
        Empirical(numbers)


def test_a_table_is_a_value():
    model = Empirical([3, 1, 2])
    assert pickle.loads(pickle.dumps(model)) == model
    assert hash(model) == hash(Empirical((1, 2, 3)))
