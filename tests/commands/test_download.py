"""The command: the price, the question, the files, and never the key."""

import argparse

import pytest

from hft_gym.commands import download
from hft_gym.commands.support.vendor import KEY_NAME
from hft_gym.errors import ConfigError, HftGymError, InputError
from hft_gym.tape.build import build_tapes
from tests.commands.vendor_stub import JOB, KEY

NAMES = [f"glbx-mdp3-2024010{day}.mbo.dbn.zst" for day in (2, 3, 4)]


@pytest.fixture(autouse=True)
def no_key_is_shown(capsys, monkeypatch):
    """Whatever a test does, the key does not come out."""
    shown = []
    read = capsys.readouterr
    monkeypatch.setattr(capsys, "readouterr", lambda: shown.append(read()) or shown[-1])
    yield
    last = read()
    text = "".join(part for said in [*shown, last] for part in said)
    assert KEY not in text
    assert KEY[3:] not in text


@pytest.fixture
def command(tmp_path):
    def run(*arguments, days=("2024-01-02", "2024-01-05"), about=()):
        parser = argparse.ArgumentParser()
        download.add_arguments(parser)
        what = ["--dataset", "GLBX.MDP3", "--symbols", "ESH4", *about]
        what += ["--start", days[0], "--end", days[1], "--output", str(tmp_path / "out")]
        return download.run(parser.parse_args([*what, *arguments]))

    return run


def files(tmp_path):
    return sorted(path.name for path in (tmp_path / "out").glob("*") if path.suffix != ".json")


def refused(run, *arguments, **about):
    """The one line that the command ends with."""
    with pytest.raises(HftGymError) as caught:
        run(*arguments, **about)
    text = str(caught.value)
    assert "\n" not in text
    assert KEY not in text
    return text


def test_every_day_a_file(stub, command, tmp_path, capsys):
    assert command("--yes") == 0
    assert files(tmp_path) == NAMES
    assert [(tmp_path / "out" / name).read_bytes() for name in NAMES] == list(stub.days.values())
    said = capsys.readouterr().out
    assert "GLBX.MDP3 mbo ESH4, 3 files: 3,000 records, 3.0 MB before compression, 3.75 USD" in said
    query = stub.asked("timeseries.get_range")[0]
    assert (query["symbols"], query["stype_in"], query["schema"]) == ("ESH4", "raw_symbol", "mbo")
    tapes = build_tapes(tmp_path / "out", cache=tmp_path / "cache")
    assert [tape.meta.label for tape in tapes] == ["2024-01-02", "2024-01-03", "2024-01-04"]


@pytest.mark.parametrize(("answer", "count"), [("y", 3), ("Yes", 3), ("n", 0), ("", 0), (None, 0)])
def test_the_question(answer, count, stub, command, tmp_path, capsys, monkeypatch):
    def reply(question):
        if answer is None:
            raise EOFError
        return answer

    monkeypatch.setattr("builtins.input", reply)
    assert command() == (0 if count else download.REFUSED)
    assert len(stub.asked("timeseries.get_range")) == count
    assert (tmp_path / "out").exists() == (count > 0)
    assert ("nothing was downloaded" in capsys.readouterr().out) == (count == 0)


def test_an_interrupted_download_is_taken_up_again(stub, command, tmp_path, capsys):
    stub.cut = {"2024-01-03"}
    assert "no data of 2024-01-03" in refused(command, "--yes")
    assert files(tmp_path) == NAMES[:1]  # nothing half
    stub.cut = set()
    stub.calls.clear()
    assert command("--yes") == 0
    assert files(tmp_path) == NAMES
    assert [query["start"][:10] for query in stub.asked("timeseries.get_range")] == [
        "2024-01-03", "2024-01-04",
    ]  # fmt: skip
    said = capsys.readouterr().out
    assert "1 of 3 files are there already" in said
    assert "2.50 USD" in said  # of what is left
    stub.calls.clear()
    assert command() == 0
    assert stub.calls == []


def test_days_without_the_symbol_are_passed_over(stub, command, tmp_path, capsys):
    del stub.days["2024-01-03"]
    assert command("--yes") == 0
    assert files(tmp_path) == [NAMES[0], NAMES[2]]
    assert "passed over: no data of 2024-01-03" in capsys.readouterr().err
    stub.days.clear()
    assert "no day has any of the symbols" in refused(
        command, "--yes", days=("2024-02-01", "2024-02-03")
    )


def test_a_folder_of_another_download(stub, command):
    assert command("--yes") == 0
    stub.calls.clear()
    assert "holds another download" in refused(command, "--yes", about=("--schema", "trades"))
    assert stub.calls == []


def test_a_key_that_is_wrong_or_missing(stub, command, monkeypatch):
    wrong = "db-wrongwrongwrongwrongwrongwrongwr"
    monkeypatch.setenv(KEY_NAME, wrong)
    said = refused(command, "--yes")
    assert f"does not accept the key in {KEY_NAME}; check it (401)" in said
    assert wrong not in said
    monkeypatch.delenv(KEY_NAME)
    assert refused(command) == f"set {KEY_NAME} to your Databento key; there is none"


@pytest.mark.parametrize(
    ("status", "detail", "expected"),
    [
        (402, "pay", "no estimate: the vendor asks for payment; check the account's billing (402)"),
        (422, {"case": "bad_end", "message": "too late", "docs": ""}, "bad_end too late (422)"),
        (403, "no", "the account may not have these data"),
        (500, f"broken\nfor {KEY}", "no estimate: 500 broken for *** (500)"),
    ],
)
def test_refusals(status, detail, expected, stub, command):
    stub.failure = (status, {"detail": detail})
    assert expected in refused(command, "--yes")


def test_no_network(stub, command, monkeypatch):
    stub.close()
    monkeypatch.setattr(stub, "close", lambda: None)
    assert "no estimate: the service cannot be reached" in refused(command, "--yes")


def test_wishes_that_make_no_sense(stub, command, tmp_path):
    with pytest.raises(ConfigError, match="is not after start"):
        command(days=("2024-01-02", "2024-01-02"))
    with pytest.raises(ConfigError, match="'soon' is no time"):
        command(days=("soon", "2024-01-02"))
    parser = argparse.ArgumentParser()
    download.add_arguments(parser)
    options = parser.parse_args(["--output", str(tmp_path)])
    with pytest.raises(ConfigError, match="tell what to download: --dataset"):
        download.run(options)
    assert stub.calls == []


def test_a_batch_job(stub, command, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(download, "_POLL_S", 0.01)
    assert command("--batch", "--yes") == 0
    assert sorted(path.name for path in (tmp_path / "out" / JOB).iterdir()) == [
        *NAMES, "manifest.json",
    ]  # fmt: skip
    assert f"--job {JOB}" in capsys.readouterr().out
    assert len(stub.asked("batch.list_jobs")) == 2
    assert stub.asked("batch.submit_job")[0]["split_duration"] == "day"
    tapes = build_tapes(tmp_path / "out" / JOB, cache=tmp_path / "cache")
    assert len(tapes) == 3
    stub.calls.clear()
    assert command("--job", JOB) == 0
    assert stub.asked("batch.submit_job") == []


def test_jobs_that_cannot_be_had(stub, command):
    assert "the account has no job GLBX-1" in refused(command, "--job", "GLBX-1")
    stub.states = ["expired"]
    assert f"job {JOB} is expired; order it again" in refused(command, "--job", JOB)
    stub.states, stub.spoilt = ["done"], True
    with pytest.raises(InputError, match="the manifest says"):
        command("--job", JOB)
