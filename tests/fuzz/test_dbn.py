"""Some hundred damaged files, and what the judge would say of a wrong tape."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hft_gym.tape.build import build_tapes
from hft_gym.tape.market_tape import MarketTape
from hft_gym.tape.rows import COLUMNS
from tests.dbn_files import random_records, write
from tests.fuzz import judge as judges
from tests.fuzz.dbn import main
from tests.fuzz.judge import WrongError, input_of, judge, warm
from tests.fuzz.workers import run


def test_damaged_files_end_in_one_error_or_in_the_naive_book():
    findings = run(judge, 0, range(300), warm=warm)
    assert findings.wrong == []
    assert set(findings.ends) == {"error", "built", "built with anomalies"}
    assert min(findings.ends["error"], findings.ends["built with anomalies"]) > 60


def test_a_case_is_the_same_file_every_time():
    names = set()
    for case in range(40):
        data, name = input_of(3, case)
        assert input_of(3, case) == (data, name)
        names.add(name)
    assert names == {"case.dbn", "case.dbn.zst"}
    assert input_of(3, 1) != input_of(4, 1)


@pytest.fixture
def tape_and_file(tmp_path):
    path = write(tmp_path / "a.dbn.zst", random_records(5, 120))
    return build_tapes(path, cache=tmp_path / "c")[0], path.read_bytes()


def changed(tape, **columns):
    kept = {name: np.array(getattr(tape, name)) for name in COLUMNS}
    return MarketTape(Path("in memory"), {**kept, **columns}, tape.meta)


ODD = ("unknown_fill", "no_side", "zero_size", "cancel_too_large", "time_ran_back", "open_packet")


def test_a_wrong_tape_is_seen(tape_and_file):
    tape, data = tape_and_file
    judges._check_tape(tape, data, {})
    lots = np.array(tape.lots)
    lots[0] += 1
    wrong = [
        changed(tape, lots=lots),
        changed(tape, ts_local_ns=tape.ts_local_ns[::-1]),
        changed(tape, flags=tape.flags & ~np.uint8(1)),
    ]
    meta = tape.meta
    of_meta = [
        replace(meta, records={"A": 1}),
        replace(meta, anomalies={}),
        *(replace(meta, anomalies={**meta.anomalies, kind: 9}) for kind in ODD),
        replace(meta, observed={**meta.observed, "sequence_fell": 9}),
        replace(meta, high_ticks=meta.high_ticks + 1),
    ]
    columns = {name: getattr(tape, name) for name in COLUMNS}
    wrong += [MarketTape(tape.path, columns, other) for other in of_meta]
    for other in wrong:
        with pytest.raises(WrongError):
            judges._check_tape(other, data, {})
    with pytest.raises(WrongError, match="begins no whole record"):
        judges.slow_records(b"DBN\x01\0\0\0\0" + b"\x0e" * 20)


def test_a_fragment_is_read_from_its_first_byte():
    records = random_records(3, 20)
    assert judges.slow_records(records.tobytes()).tobytes() == records.tobytes()


def test_what_is_left_behind_is_seen(tmp_path, monkeypatch):
    def leaves(path, cache, **_):
        cache.mkdir()
        (cache / "half.arrow").write_text("")
        raise judges.HftGymError("one line that is clear")

    monkeypatch.setattr(judges, "build_tapes", leaves)
    with pytest.raises(WrongError, match=r"half\.arrow"):
        judge(0, 1, tmp_path)

    def speaks(path, cache, **_):
        raise judges.HftGymError("Traceback:\n what?")

    monkeypatch.setattr(judges, "build_tapes", speaks)
    with pytest.raises(WrongError, match="no clear message"):
        judge(0, 1, tmp_path)


def test_the_command(tmp_path, capsys, monkeypatch):
    assert main(["--case", "5", "--keep", str(tmp_path / "kept")]) == 0
    assert "0 wrong" in capsys.readouterr().out
    assert not (tmp_path / "kept").exists()

    def found(*_):
        findings = run(judge, 0, [])
        findings.wrong.append((7, "crash: exit code -11"))
        return findings

    monkeypatch.setattr("tests.fuzz.dbn.run", found)
    assert main(["--cases", "9", "--keep", str(tmp_path / "kept")]) == 1
    assert "seed 0 case 7: crash" in capsys.readouterr().out
    kept = sorted(path.name for path in (tmp_path / "kept").iterdir())
    assert kept in (["0-7-case.dbn", "0-7.txt"], ["0-7-case.dbn.zst", "0-7.txt"])
