"""Reading DBN: versions, frames, mixed records, and every kind of bad file."""

import databento
import numpy as np
import pytest

from hft_gym.errors import InputError
from hft_gym.tape.dbn import MBO_DTYPE, open_dbn
from hft_gym.tape.records import MBP_1, MBP_10, STATUS, TRADES
from tests.dbn_files import LAST, definition, mbo, random_records, write
from tests.level_files import mbp, status, trades


def read(path, records=10**6):
    return np.concatenate([chunk for chunk, _ in open_dbn(path).chunks(records)])


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("name", ["a.dbn", "a.dbn.zst"])
def test_what_the_vendor_reads_too(version, name, tmp_path):
    records = random_records(1, 300)
    path = write(tmp_path / name, records, version=version)
    file = open_dbn(path)
    assert (file.schema, file.version, file.symbols()) == ("mbo", version, {17077: "ESH4"})
    assert read(path).tobytes() == records.tobytes()
    store = databento.DBNStore.from_file(path)
    theirs = store.to_ndarray()
    assert len(theirs) == len(records)
    for field in ("order_id", "price", "size", "ts_event", "ts_recv", "flags", "sequence"):
        assert np.array_equal(theirs[field], records[field])


def test_a_record_is_56_bytes():
    assert MBO_DTYPE.itemsize == 56


@pytest.mark.parametrize("frames", [1, 5])
def test_chunks_and_frames_cut_anywhere(frames, tmp_path, monkeypatch):
    monkeypatch.setattr("hft_gym.tape.dbn._READ_BYTES", 331)
    records = random_records(2, 300)
    for name in ("a.dbn", "a.dbn.zst"):
        path = write(tmp_path / name, records, frames=frames)
        chunks = list(open_dbn(path).chunks(20))
        assert len(chunks) > 3 or name.endswith(".zst")  # a small frame comes in one piece
        assert np.concatenate([c for c, _ in chunks]).tobytes() == records.tobytes()
        shares = [share for _, share in chunks]
        assert shares == sorted(shares)
        assert shares[-1] == 1.0


def test_other_records_are_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr("hft_gym.tape.dbn._READ_BYTES", 100)
    one, two = mbo(("A", "B", 1, 10, 5, LAST)), mbo(("A", "A", 2, 12, 5, LAST))
    other = one.tobytes()[:48]
    trade = bytes([12, 0]) + other[2:]
    body = one.tobytes() + definition() + trade + two.tobytes() + trade
    path = write(tmp_path / "a.dbn", body, schema=None)
    assert open_dbn(path).schema is None
    assert read(path, 1)["order_id"].tolist() == [1, 2]


def test_send_times_are_passed_over(tmp_path):
    records = mbo(("A", "B", 1, 10, 5, LAST), ("A", "A", 2, 12, 5, LAST))
    body = b"".join(bytes([16]) + r.tobytes()[1:] + b"\1" * 8 for r in records)
    path = write(tmp_path / "a.dbn", body, ts_out=True)
    assert read(path)["order_id"].tolist() == [1, 2]


def good(path, **about):
    return write(path, random_records(1, 400), **about)


def shorten(path, by):
    path.write_bytes(path.read_bytes()[:-by])
    return path


BAD = {
    "missing": (lambda p: p / "no.dbn", "no such file"),
    "folder": (lambda p: p, "is a folder"),
    "empty": (lambda p: write(p / "a.dbn", b"", head=b""), "is empty"),
    "text": (lambda p: write(p / "a.dbn", b"time,price\n1,2\n", head=b""), "is not DBN"),
    "zipped text": (lambda p: write(p / "a.dbn.zst", b"time,p", head=b""), "is not DBN"),
    "short": (lambda p: write(p / "a.dbn", b"DB", head=b""), "truncated within its metadata"),
    "metadata": (lambda p: shorten(write(p / "a.dbn", b""), 9), "truncated within its metadata"),
    "version": (lambda p: write(p / "a.dbn", b"\x09\2\0\0\0ab", head=b"DBN"), "version 9"),
    "record": (lambda p: shorten(good(p / "a.dbn"), 5), "in the middle of a record"),
    "zstd": (lambda p: shorten(good(p / "a.dbn.zst"), 5), "is truncated"),
    "frame": (lambda p: shorten(good(p / "a.dbn.zst", frames=3), 900), "truncated"),
    "length": (lambda p: write(p / "a.dbn", b"\0" * 56), "damaged"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_give_one_line(case, tmp_path):
    make, message = BAD[case]
    path = make(tmp_path)
    with pytest.raises(InputError, match=message) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_damaged_zstd(tmp_path):
    path = good(tmp_path / "a.dbn.zst")
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 40] = b"\xff" * 40
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"damaged|truncated"):
        read(path)


def test_no_permission(tmp_path, monkeypatch):
    path = good(tmp_path / "a.dbn")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(InputError, match=r"cannot read .*Permission denied; check"):
        open_dbn(path)


def test_types_of_a_mixed_file(tmp_path):
    body = definition() + mbo(("A", "B", 1, 10, 5, LAST)).tobytes()
    assert open_dbn(write(tmp_path / "a.dbn", body, schema=None)).rtypes() == {0x13, 0xA0}


@pytest.mark.parametrize("layout", [MBP_10, MBP_1, TRADES, STATUS])
def test_records_of_every_layout(layout, tmp_path, monkeypatch):
    monkeypatch.setattr("hft_gym.tape.dbn._READ_BYTES", 331)
    records = {
        "mbp-10": mbp(*[("A", "B", 1, 1, LAST, [(1, 1)], [])] * 40),
        "mbp-1": mbp(*[("A", "B", 1, 1, LAST, [(1, 1)], [])] * 40, depth=1),
        "trades": trades(*[("T", "B", 1, 1, 0)] * 40),
        "status": status(*[(7, "Y", k) for k in range(40)]),
    }[layout.schema]
    alone = write(tmp_path / "a.dbn", records, schema=layout.schema)
    chunks = [chunk for chunk, _ in open_dbn(alone).chunks(3, layout)]
    assert max(map(len, chunks)) < 40
    assert np.concatenate(chunks).tobytes() == records.tobytes()
    mixed = write(tmp_path / "b.dbn.zst", definition() + records.tobytes(), schema=None, frames=4)
    chunks = [chunk for chunk, _ in open_dbn(mixed).chunks(3, layout)]
    assert np.concatenate(chunks).tobytes() == records.tobytes()
    sent = [bytes([len(r.tobytes()) // 4 + 2]) + r.tobytes()[1:] + b"\1" * 8 for r in records]
    live = write(tmp_path / "c.dbn", b"".join(sent), schema=layout.schema, ts_out=True)
    chunks = [chunk for chunk, _ in open_dbn(live).chunks(3, layout)]
    times = np.concatenate(chunks)["ts_recv"]
    assert np.array_equal(times, records["ts_recv"])
