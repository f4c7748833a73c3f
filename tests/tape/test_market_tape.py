"""The file of a tape: mapped, read-only, whole or not there."""

import dataclasses
import multiprocessing
import pickle
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from hft_gym.errors import InputError
from hft_gym.tape.instrument import Instrument
from hft_gym.tape.market_tape import MarketTape, TapeMeta
from hft_gym.tape.rows import COLUMNS
from hft_gym.tape.status import StatusChange

META = TapeMeta(
    instrument=Instrument("ESH4", 17077, "GLBX.MDP3", 250_000_000, 50.0),
    label="2024-01-02", source="es.dbn", source_sha256="ab", records={"A": 3}, anomalies={},
    session_start_ns=1, session_end_ns=2, low_ticks=-3, high_ticks=4,
    schema="mbp-10", status=(StatusChange(1, 2, "halt", False),), trading_spans_ns=((1, 2), (3, 4)),
)  # fmt: skip


def columns(rows=5):
    return {name: np.arange(rows).astype(dtype) for name, dtype in COLUMNS.items()}


@pytest.fixture
def tape(tmp_path):
    return MarketTape.write(tmp_path / "deep" / "a.arrow", columns(), META)


def test_what_was_written_is_read(tape):
    again = MarketTape.open(tape.path)
    assert again.meta == META
    assert len(again) == 5
    for name, column in columns().items():
        found = getattr(again, name)
        assert np.array_equal(found, column)
        assert found.dtype == COLUMNS[name]
        assert not found.flags.writeable
        assert found.flags.c_contiguous
        assert found.flags.aligned
    assert [path.name for path in tape.path.parent.iterdir()] == ["a.arrow"]
    assert "ESH4 2024-01-02, 5 rows" in repr(tape)


def test_columns_are_the_file_itself(tape):
    before = pa.total_allocated_bytes()
    opened = [MarketTape.open(tape.path) for _ in range(20)]
    assert pa.total_allocated_bytes() - before < 20 * 1_000
    assert len(opened) == 20


def test_another_process_maps_the_same_file(tape):
    text = pickle.dumps(tape)
    assert len(text) < 1_000
    assert np.array_equal(pickle.loads(text).lots, tape.lots)


def hold(path, ready, done):
    tape = MarketTape.open(path)
    total = sum(int(getattr(tape, name).sum(dtype=np.uint64)) for name in COLUMNS)  # touch all
    ready.put(total)
    done.wait(60)


def kilobytes_of(pid, path):
    """Sums of the lines of /proc/PID/smaps about the mappings of a file."""
    totals, inside = {}, False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        name, *rest = line.split()
        if not name.endswith(":"):
            inside = line.endswith(str(path))
        elif inside and rest[-1] == "kB":
            totals[name[:-1]] = totals.get(name[:-1], 0) + int(rest[0])
    return totals


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="no /proc/PID/smaps here")
def test_four_processes_share_the_pages_of_a_tape(tmp_path):
    many = {**columns(1 << 18), "kind": np.zeros(1 << 18, np.uint8)}
    path = MarketTape.write(tmp_path / "a.arrow", many, META).path
    context = multiprocessing.get_context("fork")
    ready, done = context.Queue(), context.Event()
    holders = [context.Process(target=hold, args=(path, ready, done)) for _ in range(4)]
    for holder in holders:
        holder.start()
    try:
        assert len({ready.get(timeout=60) for _ in holders}) == 1
        found = [kilobytes_of(holder.pid, path) for holder in holders]
    finally:
        done.set()
        for holder in holders:
            holder.join()
    size_kb = path.stat().st_size // 1024
    for totals in found:
        assert totals["Private_Clean"] + totals["Private_Dirty"] == 0
        assert totals["Shared_Clean"] + totals["Shared_Dirty"] >= 0.95 * size_kb
    assert sum(totals["Pss"] for totals in found) <= 1.05 * size_kb  # all of them together


def test_an_empty_tape(tmp_path):
    assert len(MarketTape.write(tmp_path / "a.arrow", columns(0), META)) == 0


def rewritten(tape, change):
    batch = pa.ipc.open_file(tape.path).get_batch(0)
    change(tape.path, batch)
    return tape.path


def without_lots(path, batch):
    save(path, batch.drop_columns(["lots"]))


def with_wide_sides(path, batch):
    sides = pa.array(np.zeros(5, np.int64))
    save(path, batch.set_column(3, "side", sides))


def of_another_format(path, batch):
    meta = dataclasses.replace(META, format_version=99).to_json()
    save(path, batch.replace_schema_metadata({b"hft_gym.tape": meta.encode()}))


def of_strange_kinds(path, batch):
    kinds = pa.array(np.full(5, 77, np.uint8))
    save(path, batch.set_column(2, "kind", kinds))


def without_meta(path, batch):
    save(path, batch.replace_schema_metadata(None))


def half_of_it(path, _):
    path.write_bytes(path.read_bytes()[:600])


def in_two_batches(path, batch):
    save(path, batch, batch)


def save(path, *batches):
    with pa.ipc.new_file(str(path) + "2", batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    path.with_name(path.name + "2").replace(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without_lots, "lacks the column lots"),
        (with_wide_sides, "lacks the column side"),
        (of_another_format, "tape format 99"),
        (of_strange_kinds, "unknown kinds"),
        (without_meta, "is not a tape"),
        (half_of_it, "is not a tape"),
        (in_two_batches, "is not a tape"),
    ],
)
def test_what_is_no_tape(tape, change, message):
    with pytest.raises(InputError, match=message) as caught:
        MarketTape.open(rewritten(tape, change))
    assert "\n" not in str(caught.value)


def test_a_missing_tape(tmp_path):
    with pytest.raises(InputError, match="no tape at"):
        MarketTape.open(tmp_path / "no.arrow")


def test_a_folder_that_is_none(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write the tape"):
        MarketTape.write(tmp_path / "file" / "a.arrow", columns(), META)


def test_a_failure_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        MarketTape.write(tmp_path / "a.arrow", columns(), META)
    assert list(tmp_path.iterdir()) == []


def test_who_wants_to_trade_without_a_session_hears_why(tape, tmp_path):
    assert str(tape.no_session("do this")) == (
        "es.dbn: no trading session found in 5 rows; do this"
    )
    meta = dataclasses.replace(META, schema="trades")
    trades = MarketTape.write(tmp_path / "b.arrow", columns(), meta)
    assert "no book to trade against; give data of the schema mbo" in str(trades.no_session("x"))
