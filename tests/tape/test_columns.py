"""Temporary files of a build."""

import numpy as np
import pytest

from hft_gym.tape.columns import ColumnFiles
from hft_gym.tape.rows import COLUMNS


def rows(count):
    return {name: np.arange(count).astype(dtype) for name, dtype in COLUMNS.items()}


def test_rows_come_back_in_order(tmp_path):
    with ColumnFiles(tmp_path) as files:
        files.append(rows(3))
        files.append(rows(2))
        for name, column in files.columns().items():
            assert column.tolist() == [0, 1, 2, 0, 1]
            assert column.dtype == COLUMNS[name]
    assert list(tmp_path.iterdir()) == []


def test_no_rows(tmp_path):
    with ColumnFiles(tmp_path) as files:
        assert all(len(column) == 0 for column in files.columns().values())


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_nothing_is_left_after_a_failure(error, tmp_path):
    def fail():
        with ColumnFiles(tmp_path) as files:
            files.append(rows(3))
            raise error

    with pytest.raises(error):
        fail()
    assert list(tmp_path.iterdir()) == []
