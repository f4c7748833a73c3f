"""The command `fidelity`."""

import json

import pytest

from hft_gym.commands.main import main
from tests.dbn_files import LAST, mbo, write

# from the first record on: the book is one-sided for a moment
FIFO = ["--models", "fifo", "--session", "2024-01-02T09:00:00Z", "2024-01-02T10:00:00Z"]


@pytest.fixture
def day(tmp_path):
    """A bid of two lots behind five; seven trade. Then one that its owner takes back."""
    records = mbo(
        ("A", "B", 1, 100, 5, LAST, 0),
        ("A", "A", 2, 103, 5, LAST, 0),
        ("A", "B", 3, 100, 2, LAST, 1_000_000),
        ("T", "A", 0, 100, 7, 0, 5_000_000),
        ("F", "B", 1, 100, 5, 0, 5_000_000),
        ("F", "B", 3, 100, 2, 0, 5_000_000),
        ("C", "B", 1, 100, 5, 0, 5_000_000),
        ("C", "B", 3, 100, 2, LAST, 5_000_000),
        ("A", "B", 4, 99, 1, LAST, 6_000_000),
        ("A", "B", 5, 99, 1, LAST, 7_000_000),
        ("C", "B", 4, 99, 1, LAST, 8_000_000),
    )
    return write(tmp_path / "day.mbo.dbn", records)


def test_for_programs(day, tmp_path, capsys):
    arguments = ["fidelity", str(day), *FIFO, "--cache", str(tmp_path)]
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["instrument"] == "ESH4"
    assert list(found["models"]) == ["fifo"]
    fifo = found["models"]["fifo"]
    assert (fifo["orders"], fifo["both"], fifo["neither"]) == (3, 2, 1)
    assert [fifo[name] for name in ("agreement", "precision", "recall")] == [1.0] * 3
    assert [fifo[name] for name in ("time_equal", "lots_equal")] == [1.0] * 2
    assert main([*arguments, "--json", "--latency-ms", "3"]) == 0
    assert json.loads(capsys.readouterr().out)["models"]["fifo"]["orders"] == 2


def test_tables(day, tmp_path, capsys):
    arguments = ["fidelity", str(day), *FIFO, "--cache", str(tmp_path)]
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("queue model")
    assert main([*arguments, "--markdown", "--sample", "1", "--seed", "2"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("| queue model |")
    assert "not in the sample" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--models", "lifo"], "queue model 'lifo' is not one of fifo"),
        (["--sample", "0"], "--sample 0 judges nothing"),
        (["--latency-ms", "-1"], "--latency-ms -1 is no delay"),
        (["--latency-ms", "nan"], "--latency-ms nan is no delay"),
        (["--seed", "-1"], "--seed -1 is below 0"),
        (["--instrument", "NQH4"], "NQH4"),
    ],
)
def test_bad_input(day, tmp_path, capsys, arguments, message):
    assert main(["fidelity", str(day), "--cache", str(tmp_path), *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert message in said.err
    assert said.err.count("\n") == 1
