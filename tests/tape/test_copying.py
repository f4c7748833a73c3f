"""The sink that copies from file to file."""

import os
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
    found = pa.ipc.open_file(files[1]).get_batch(0)
    assert found.to_pydict() == {"numbers": [*range(1000)], "others": [*range(1000)]}


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


@pytest.mark.skipif(copying._fallocate is None, reason="the system cannot do it")
def test_what_has_been_copied_takes_no_more_room(tmp_path):
    rows = np.arange(1 << 17)
    with tempfile.TemporaryFile(dir=tmp_path) as file, (tmp_path / "copy").open("wb") as copy:
        file.write(rows.tobytes())
        file.flush()
        numbers = np.memmap(file, np.int64, mode="r")
        sink = CopyingSink(copy, {numbers.ctypes.data: file.fileno()})
        sink.write(pa.py_buffer(numbers))
        sink.finish()
        about = os.fstat(file.fileno())
        assert about.st_size == rows.nbytes
        assert about.st_blocks * 512 < rows.nbytes // 8
        assert not numbers.any()  # still a map of something
    assert (tmp_path / "copy").read_bytes() == rows.tobytes()


@pytest.mark.parametrize("fallocate", [None, lambda *_: -1])
def test_a_system_that_gives_no_room_back(column, tmp_path, monkeypatch, fallocate):
    monkeypatch.setattr(copying, "_fallocate", fallocate)
    numbers, descriptor = column
    with (tmp_path / "copy").open("wb") as copy:
        sink = CopyingSink(copy, {numbers.ctypes.data: descriptor})
        sink.write(pa.py_buffer(numbers))
        sink.finish()
    assert (tmp_path / "copy").read_bytes() == np.arange(1000).tobytes()


def test_a_file_that_is_too_short(column, tmp_path):
    numbers, _ = column
    with (tmp_path / "short").open("w+b") as short, (tmp_path / "copy").open("wb") as copy:
        short.write(b"7" * 1100)
        short.flush()
        sink = CopyingSink(copy, {numbers.ctypes.data: short.fileno()})
        sink.write(pa.py_buffer(numbers))
        with pytest.raises(OSError, match="ends at byte 1100"):
            sink.finish()
