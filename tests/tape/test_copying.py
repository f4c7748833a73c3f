"""The sink that copies from file to file."""

import io
import tempfile

import numpy as np
import pyarrow as pa
import pytest

from hft_gym.tape import copying
from hft_gym.tape.copying import CopyingSink


@pytest.fixture
def column(tmp_path, monkeypatch):
    """A map of a file of 1000 numbers; the copy takes several steps."""
    monkeypatch.setattr(copying, "_STEP_BYTES", 333)
    with tempfile.TemporaryFile(dir=tmp_path) as file:
        file.write(np.arange(1000).tobytes())
        file.flush()
        yield np.memmap(file, np.int64, mode="r"), file.fileno()


def test_a_batch_is_the_same_whichever_way_it_is_written(column):
    numbers, descriptor = column
    batch = pa.record_batch({"numbers": numbers, "others": np.arange(1000.0)})
    files = []
    for mapped in ({}, {numbers.ctypes.data: descriptor}):
        file = io.BytesIO()
        with pa.ipc.new_file(CopyingSink(file, mapped), batch.schema) as writer:
            writer.write_batch(batch)
        files.append(file.getvalue())
    assert files[0] == files[1]
    assert pa.ipc.open_file(files[1]).get_batch(0).equals(batch)


def test_it_is_the_file_that_is_copied(column, tmp_path):
    numbers, _ = column
    with (tmp_path / "other").open("w+b") as other:
        other.write(b"7" * 8000)
        other.flush()
        sink = CopyingSink(io.BytesIO(), {numbers.ctypes.data: other.fileno()})
        assert sink.write(pa.py_buffer(numbers)) == 8000
        assert sink.tell() == 8000
        assert sink._file.getvalue() == b"7" * 8000


def test_a_file_that_is_too_short(column, tmp_path):
    numbers, _ = column
    with (tmp_path / "short").open("w+b") as short:
        short.write(b"7" * 100)
        short.flush()
        sink = CopyingSink(io.BytesIO(), {numbers.ctypes.data: short.fileno()})
        with pytest.raises(OSError, match="ends at byte 100 of 8000"):
            sink.write(pa.py_buffer(numbers))
