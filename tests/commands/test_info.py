"""The command `info`."""

import json

import pytest

from hft_gym.commands.main import main
from hft_gym.tape.build import build_tapes
from tests.dbn_files import LAST, SNAPSHOT, START_NS, mbo, write
from tests.tape.lobster_samples import STEM, write_pair
from tests.tape.test_lobster import MESSAGES, ROWS

SECOND = 1_000_000_000


@pytest.fixture
def path(tmp_path):
    """One tick wide for three seconds, two for one."""
    records = mbo(
        ("A", "B", 1, 10, 1, SNAPSHOT, 0),
        ("A", "A", 2, 11, 1, SNAPSHOT | LAST, 0),
        ("A", "B", 3, 9, 1, LAST, SECOND),
        ("C", "B", 1, 10, 1, LAST, 4 * SECOND),
        ("C", "B", 77, 10, 1, LAST, 5 * SECOND),
        ("A", "B", 4, 8, 1, LAST, 5 * SECOND),
    )
    records["sequence"][-1] += 1
    return write(tmp_path / "a.mbo.dbn.zst", records)


def described(capsys, *arguments):
    assert main(["info", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_an_mbo_file_and_its_tape(path, tmp_path, capsys):
    cache = tmp_path / "cache"
    of_file = described(capsys, path, "--cache", cache)
    assert (of_file["format"], of_file["version"], of_file["schema"]) == ("DBN", 3, "mbo")
    assert of_file["instruments"] == [{"symbol": "ESH4", "id": 17077, "records": 6}]
    assert of_file["actions"] == {"A": 4, "C": 2}
    assert of_file["snapshot_records"] == 2
    assert of_file["span"]["first_ns"] == START_NS + SECOND + 500
    assert of_file["rate"] == {"mean_per_s": 1.0, "peak_per_s": 2}
    assert sum(of_file["activity"]) == 4
    book = of_file["book"]
    assert book["anomalies"] == {"unknown_cancel": 1}
    assert book["observed"] == {"sequence_gaps": 1}
    assert book["touch"] == [2.25, 2.75]
    assert book["spread"] == {
        "mean": 0.3125, "mean_ticks": 1.25, "one_tick_share": 0.75, "tradable_s": 4.0,
    }  # fmt: skip
    assert book["session"]["last"] == "2024-01-02T09:00:05.000000Z"

    (tape,) = build_tapes(path, cache=cache)
    of_tape = described(capsys, tape.path)
    assert of_tape["book"] == book
    assert of_tape["actions"] == of_file["actions"]
    assert of_tape["records"] == {"add": 4, "reduce": 1}


def test_text(path, tmp_path, capsys, monkeypatch):
    assert main(["info", str(path), "--cache", str(tmp_path / "cache")]) == 0
    lines = dict(line.split("  ", 1) for line in capsys.readouterr().out.splitlines())
    shown = {name: text.strip() for name, text in lines.items()}
    assert shown["actions"] == "add 4, cancel 2"
    assert shown["tick size"] == "0.25 (from known roots)"
    assert shown["anomalies"] == "unknown_cancel 1"
    assert shown["observed"] == "sequence_gaps 1"
    assert shown["spread"] == "mean 0.3125 (1.250 ticks), one tick 75.0% of the time, over 4.0 s"
    assert shown["rate"] == "1.0 records/s, busiest second 2"
    assert shown["activity"].count("█") == 1


def test_lobster(tmp_path, capsys):
    message = write_pair(tmp_path, MESSAGES, ROWS)
    cache = ("--cache", tmp_path / "cache")
    of_folder = described(capsys, tmp_path, *cache)
    assert (of_folder["dataset"], of_folder["actions"]) == ("LOBSTER", {"1": 2})
    assert of_folder["instruments"][0]["symbol"] == "ABC"
    assert (of_folder["format"], of_folder["version"]) == ("LOBSTER", None)
    orderbook = tmp_path / message.name.replace("message", "orderbook")
    assert (of_folder["path"], of_folder["orderbook_path"]) == (str(message), str(orderbook))
    for name in (message.name, message.name.replace("message", "orderbook")):
        assert described(capsys, tmp_path / name, *cache) == of_folder
    other = write_pair(tmp_path, MESSAGES, ROWS, stem=STEM.replace("ABC", "XYZ"))
    assert main(["info", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert f"holds several pairs: {message.name}, {other.name}; give one" in said
    assert described(capsys, tmp_path, "--instrument", "ABC", *cache) == of_folder
    assert main(["info", str(tmp_path), "--instrument", "NO"]) == 2
    assert "there are: ABC, XYZ" in capsys.readouterr().err


def test_text_of_a_lobster_pair_names_its_files(tmp_path, capsys):
    message = write_pair(tmp_path, MESSAGES, ROWS)
    assert main(["info", str(message), "--cache", str(tmp_path / "cache")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["file", str(message)]
    assert lines[1].split() == ["order", "book", str(message).replace("message", "orderbook")]
    assert lines[2].split() == ["format", "LOBSTER,", "mbo,", "LOBSTER"]


def test_what_is_neither(tmp_path, capsys):
    (tmp_path / "a.arrow").write_text("no")
    assert main(["info", str(tmp_path / "a.arrow")]) == 2
    assert "is not a tape" in capsys.readouterr().err
    assert main(["info", str(tmp_path / "no.dbn")]) == 2
    assert "no such file" in capsys.readouterr().err
