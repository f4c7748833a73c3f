"""Decoding ahead: the same records, bounded memory, errors where the records are asked for."""

import threading

import numpy as np
import pytest
import zstandard

from hft_gym.errors import InputError
from hft_gym.tape import decoding
from hft_gym.tape.dbn import open_dbn
from hft_gym.tape.decoding import chunks_ahead
from hft_gym.tape.records import MBP_1, MBP_10, TRADES
from tests.dbn_files import LAST, definition, mbo, metadata, random_records, write
from tests.level_files import mbp, trades


def decoders():
    return [thread for thread in threading.enumerate() if thread.name == "hft_gym-decode"]


@pytest.mark.parametrize("name", ["a.dbn", "a.dbn.zst"])
@pytest.mark.parametrize("read_bytes", [97, 1 << 18])
def test_chunks_hold_what_the_file_holds(name, read_bytes, tmp_path, monkeypatch):
    monkeypatch.setattr("hft_gym.tape.decoding._READ_BYTES", read_bytes)
    records = random_records(2, 400)
    path = write(tmp_path / name, records, frames=3)
    chunks = [(chunk.copy(), share) for chunk, share in chunks_ahead(open_dbn(path), 20)]
    assert len(chunks) > 10
    assert np.concatenate([chunk for chunk, _ in chunks]).tobytes() == records.tobytes()
    shares = [share for _, share in chunks]
    assert shares == sorted(shares)
    assert [share == 1.0 for share in shares] == [False] * (len(shares) - 1) + [True]
    assert decoders() == []


def test_records_of_other_types_are_passed_over(tmp_path):
    one, two = mbo(("A", "B", 1, 10, 5, LAST)), mbo(("A", "A", 2, 12, 5, LAST))
    body = one.tobytes() + definition() * 9 + two.tobytes()
    path = write(tmp_path / "a.dbn", body, schema=None)
    found = np.concatenate([chunk.copy() for chunk, _ in chunks_ahead(open_dbn(path), 1)])
    assert found["order_id"].tolist() == [1, 2]


@pytest.mark.parametrize("name", ["a.dbn", "a.dbn.zst"])
@pytest.mark.parametrize(("layout", "depth"), [(MBP_10, 10), (MBP_1, 1), (TRADES, 0)])
def test_other_schemas(layout, depth, name, tmp_path):
    rows = [("T", "B", 10 + k % 5, 1 + k, LAST) for k in range(100)]
    touch = [(10, 1)], [(12, 1)]
    records = mbp(*((*row, *touch) for row in rows), depth=depth) if depth else trades(*rows)
    path = write(tmp_path / name, records, schema=layout.schema)
    chunks = [chunk.copy() for chunk, _ in chunks_ahead(open_dbn(path), 30, layout)]
    assert len(chunks) > 2
    assert np.concatenate(chunks).tobytes() == records.tobytes()
    (whole,) = (chunk.copy() for chunk, _ in chunks_ahead(open_dbn(path), layout=layout))
    assert whole.tobytes() == records.tobytes()


def test_a_file_whose_end_is_the_end_of_a_buffer(tmp_path):
    records = random_records(1, 400)
    path = write(tmp_path / "a.dbn", records)
    chunks = [chunk.copy() for chunk, _ in chunks_ahead(open_dbn(path), 200)]
    assert [len(chunk) for chunk in chunks] == [200, 200, 0]


@pytest.mark.parametrize(
    ("name", "message"),
    [("a.dbn", "ends in the middle of a record"), ("a.dbn.zst", "truncated")],
)
def test_errors_come_to_whoever_asks(name, message, tmp_path):
    path = write(tmp_path / name, random_records(1, 400))
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InputError, match=message):
        list(chunks_ahead(open_dbn(path), 20))
    assert decoders() == []


def test_who_leaves_early_leaves_no_thread(tmp_path):
    chunks = chunks_ahead(open_dbn(write(tmp_path / "a.dbn", random_records(1, 400))), 20)
    next(chunks)
    assert len(decoders()) == 1
    chunks.close()
    assert decoders() == []


@pytest.mark.parametrize("name", ["a.dbn", "a.dbn.zst"])
@pytest.mark.parametrize("read_bytes", [97, 1 << 18])
def test_a_listener_hears_the_whole_file_before_the_last_records(
    name, read_bytes, tmp_path, monkeypatch
):
    monkeypatch.setattr("hft_gym.tape.decoding._READ_BYTES", read_bytes)
    path = write(tmp_path / name, random_records(2, 400), frames=3)
    heard = []
    for _, share in chunks_ahead(open_dbn(path), 20, listener=heard.append):
        if share == 1.0:
            assert b"".join(heard) == path.read_bytes()
    assert b"".join(heard) == path.read_bytes()


@pytest.mark.parametrize("name", ["a.dbn", "a.dbn.zst"])
def test_a_file_that_grows_while_it_is_read(name, tmp_path, monkeypatch):
    path = write(tmp_path / name, random_records(2, 400))
    fill, heard = decoding._fill, []

    def fill_and_append(*given):
        held = fill(*given)
        with path.open("ab") as file:  # a frame to skip, or part of a record
            file.write(b"\x50\x2a\x4d\x18\0\0\0\0")
        return held

    monkeypatch.setattr(decoding, "_fill", fill_and_append)
    with pytest.raises(InputError, match="changed while it was read"):
        list(chunks_ahead(open_dbn(path), listener=heard.append))
    assert decoders() == []


def test_a_listener_hears_a_frame_that_is_skipped(tmp_path):
    path = write(tmp_path / "a.dbn.zst", random_records(2, 400))
    path.write_bytes(path.read_bytes() + b"\x50\x2a\x4d\x18\x03\0\0\0abc")
    heard = []
    for _ in chunks_ahead(open_dbn(path), 20, listener=heard.append):
        pass
    assert b"".join(heard) == path.read_bytes()


@pytest.mark.parametrize("frames", [1, 40])
def test_damage_behind_sound_metadata(frames, tmp_path):
    path = write(tmp_path / "a.dbn.zst", random_records(1, 400), frames=frames)
    file = open_dbn(path)  # reads the first frame, here a part of the metadata or everything
    data = bytearray(path.read_bytes())
    place = len(data) // 2
    data[place : place + 9] = bytes(byte ^ 0x55 for byte in data[place : place + 9])
    path.write_bytes(data)
    with pytest.raises(InputError, match="damaged zstd data"):
        list(chunks_ahead(file, 20))


def test_damage_in_the_first_bytes_that_are_read(tmp_path):
    records = random_records(1, 400)
    sound = zstandard.ZstdCompressor(write_checksum=True).compress
    head, damaged = sound(metadata()), bytearray(sound(records.tobytes()))
    damaged[-9] ^= 0x55
    path = tmp_path / "a.dbn.zst"
    path.write_bytes(head + damaged)
    file = open_dbn(path)
    with pytest.raises(InputError, match="damaged zstd data"):
        list(chunks_ahead(file, 20))
