"""The command `build`."""

import pytest

from hft_gym.commands.main import main
from hft_gym.tape.market_tape import MarketTape
from tests.dbn_files import LAST, definition, mbo, write

DAY_NS = 86_400_000_000_000


@pytest.fixture
def folder(tmp_path):
    """Two good days, a holiday, a definition, another schema."""
    rows = [("A", "B", 1, 10, 1, LAST), ("A", "A", 2, 12, 1, LAST), ("C", "B", 9, 9, 1, LAST)]
    source = tmp_path / "data"
    source.mkdir()
    for name, day in (("b.dbn.zst", 0), ("a.dbn", 1)):
        write(source / name, mbo(*rows, start_ns=1_704_186_000_000_000_000 + day * DAY_NS))
    write(source / "c.dbn", b"")
    write(source / "d.dbn", definition(), schema="definition")
    write(source / "e.dbn", b"", schema="trades")
    (source / "readme.txt").write_text("")
    return source


def lines_of(out, cache):
    lines = out.splitlines()
    for line in lines:
        tape = MarketTape.open(line.partition(": ")[0])
        assert tape.path.parent == cache
        assert tape.meta.tick_size_from == "definition"
    return [line.partition(": ")[2] for line in lines]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_folder(jobs, folder, tmp_path, capsys):
    cache = tmp_path / "cache"
    assert main(["build", str(folder), "--cache", str(cache), "--jobs", str(jobs)]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert lines_of(said.out, cache) == [
        "ESH4, 2 rows, 2024-01-03 09:00:00 to 09:00:00 UTC, anomalies: unknown_cancel 1",
        "ESH4, 2 rows, 2024-01-02 09:00:00 to 09:00:00 UTC, anomalies: unknown_cancel 1",
    ]
    assert {path.suffix for path in cache.iterdir()} == {".arrow", ".json", ".lock"}


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_bad_file_stops_no_other_one(jobs, folder, tmp_path, capsys):
    (folder / "aa.dbn").write_text("no")
    arguments = [str(folder), str(tmp_path / "no.dbn"), "--jobs", str(jobs)]
    assert main(["build", *arguments, "--cache", str(tmp_path / "cache")]) == 2
    said = capsys.readouterr()
    assert len(lines_of(said.out, tmp_path / "cache")) == 2
    errors = said.err.splitlines()
    assert "aa.dbn is not DBN" in errors[0]
    assert "no such file" in errors[1]
    assert errors[2] == "error: 2 of 7 files failed"


def test_wishes(folder, tmp_path, capsys):
    arguments = [str(folder / "a.dbn"), "--tick-size", "0.5", "--instrument", "17077"]
    arguments += ["--session", "09:00", "-", "--cache", str(tmp_path / "cache")]
    assert main(["build", *arguments]) == 0
    tape = MarketTape.open(capsys.readouterr().out.partition(": ")[0])
    assert tape.meta.instrument.tick_size == 0.5
    assert tape.meta.session_start_ns == tape.ts_local_ns[0]  # the data begin just after 09:00


def test_bad_wishes(folder, tmp_path, capsys):
    cache = ["--cache", str(tmp_path / "cache")]
    assert main(["build", str(folder), "--jobs", "0", *cache]) == 2
    assert "--jobs 0" in capsys.readouterr().err
    assert main(["build", str(folder), "--instrument", "NQH4", "--jobs", "1", *cache]) == 2
    assert "no instrument NQH4" in capsys.readouterr().err
    assert main(["build", str(folder / "e.dbn"), *cache]) == 2
    assert "no trades records" in capsys.readouterr().err
    (tmp_path / "empty").mkdir()
    assert main(["build", str(tmp_path / "empty"), *cache]) == 2
    assert "no market data" in capsys.readouterr().err
