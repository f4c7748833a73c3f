"""The sink that copies from file to file."""

import tempfile

import numpy as np
import pyarrow as pa
import pytest

from hft_gym.tape import copying
from hft_gym.tape.copying import CopyingSink


@pytest.fixture
def column(tmp_path, monkeypatch):
    """A map of a file of 1000 numbers; the copy takes several pieces of several steps."""
    monkeypatch.setattr(copying, "_STEP_BYTES", 333)
    monkeypatch.setattr(copying, "_PIECE_BYTES", 1000)
    with tempfile.TemporaryFile(dir=tmp_path) as file:
        file.write(np.arange(1000).tobytes())
        file.flush()
        yield np.memmap(file, np.int64, mode="r"), file.fileno()


def test_a_batch_is_the_same_whichever_way_it_is_written(column, tmp_path):
    numbers, descriptor = column
    batch = pa.record_batch({"numbers": numbers, "others": np.arange(1000.0)})
    files = []
    for mapped in ({}, {numbers.ctypes.data: descriptor}):
        with (tmp_path / "batch").open("wb") as file:
            sink = CopyingSink(file, mapped)
            with pa.ipc.new_file(sink, batch.schema) as writer:
                writer.write_batch(batch)
            sink.finish()
        files.append((tmp_path / "batch").read_bytes())
    assert files[0] == files[1]
    assert pa.ipc.open_file(files[1]).get_batch(0).equals(batch)


def test_it_is_the_file_that_is_copied(column, tmp_path):
    numbers, _ = column
    with (tmp_path / "other").open("w+b") as other, (tmp_path / "copy").open("wb") as copy:
        other.write(b"7" * 8000)
        other.flush()
        sink = CopyingSink(copy, {numbers.ctypes.data: other.fileno()})
        assert sink.write(b"before") == 6
        assert sink.write(pa.py_buffer(numbers)) == 8000
        assert sink.write(b"behind") == 6
        assert sink.tell() == 8012
        sink.finish()
    assert (tmp_path / "copy").read_bytes() == b"before" + b"7" * 8000 + b"behind"


def test_a_file_that_is_too_short(column, tmp_path):
    numbers, _ = column
    with (tmp_path / "short").open("w+b") as short, (tmp_path / "copy").open("wb") as copy:
        short.write(b"7" * 1100)
        short.flush()
        sink = CopyingSink(copy, {numbers.ctypes.data: short.fileno()})
        sink.write(pa.py_buffer(numbers))
        with pytest.raises(OSError, match="ends at byte 1100"):
            sink.finish()
