"""One environment's part of a batch of observations."""

import numpy as np

from hft_gym.envs.observations.seen import row_of


def test_a_row_is_a_copy():
    rows = np.arange(6.0).reshape(3, 2)
    row = row_of(rows, 1)
    by_name = row_of({"a": rows, "b": rows[:, :, None]}, 2)
    rows[:] = -1
    assert row.tolist() == [2.0, 3.0]
    assert by_name["a"].tolist() == [4.0, 5.0]
    assert by_name["b"].tolist() == [[4.0], [5.0]]
