import json
import os

import pytest

from hft_gym.errors import InputError
from hft_gym.tape.generated import GeneratedMarket, default_folder, generate
from hft_gym.tape.generated.folder import DEFINITION, MANIFEST

MARKET = GeneratedMarket(seed=7, days=2, session_s=10)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    told = []
    folder = tmp_path_factory.mktemp("made") / "set"
    files = generate(MARKET, folder, progress=lambda *args: told.append(args))
    return folder, files, told


def test_a_set_has_its_days_its_definition_and_its_manifest(made):
    folder, files, told = made
    assert [path.name for path in files] == [
        "gen-20260105.mbo.dbn.zst",
        "gen-20260106.mbo.dbn.zst",
    ]
    assert set(contents(folder)) == {*(p.name for p in files), DEFINITION, MANIFEST}
    assert told == [(1, 2, files[0].name), (2, 2, files[1].name)]
    assert json.loads((folder / MANIFEST).read_text())["market"]["seed"] == 7
    assert [p.name for p in folder.parent.iterdir()] == ["set"]  # nothing temporary is left


def test_the_same_parameters_give_the_same_bytes(made, tmp_path):
    generate(MARKET, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(made[0])


def test_a_complete_set_is_used_again(made):
    folder, files, _ = made
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    told = []
    assert generate(MARKET, folder, progress=lambda *args: told.append(args)) == files
    assert told == []
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


@pytest.mark.parametrize("damage", ["missing", "truncated", "no manifest", "older", "nonsense"])
def test_a_damaged_set_is_made_anew(made, tmp_path, damage):
    folder = tmp_path / "set"
    day = generate(MARKET, folder)[0]
    if damage == "missing":
        day.unlink()
    elif damage == "truncated":
        day.write_bytes(day.read_bytes()[:-10])
    elif damage == "no manifest":
        (folder / MANIFEST).unlink()
    elif damage == "older":
        manifest = json.loads((folder / MANIFEST).read_text())
        manifest["generator_version"] = 0
        (folder / MANIFEST).write_text(json.dumps(manifest))
    else:
        (folder / MANIFEST).write_text("[]")
    generate(MARKET, folder)
    assert contents(folder) == contents(made[0])


def test_other_parameters_replace_the_set(tmp_path):
    folder = tmp_path / "set"
    generate(MARKET, folder)
    other = GeneratedMarket(seed=8, days=1, session_s=10)
    assert [p.name for p in generate(other, folder)] == ["gen-20260105.mbo.dbn.zst"]
    assert len(contents(folder)) == 3


def test_a_set_that_another_process_has_finished_meanwhile_stays(made, tmp_path):
    folder, theirs = tmp_path / "set", {}

    def meanwhile(*_):
        if not theirs:
            theirs[""] = None
            generate(MARKET, folder)
            theirs.update({path.name: path.stat().st_ino for path in folder.iterdir()})

    generate(MARKET, folder, progress=meanwhile)
    del theirs[""]
    assert {path.name: path.stat().st_ino for path in folder.iterdir()} == theirs
    assert contents(folder) == contents(made[0])
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match=r"thesis\.txt"):
        generate(MARKET, tmp_path)
    assert contents(tmp_path) == {"thesis.txt": b"years of work"}


def test_a_file_in_the_way_is_left_alone(tmp_path):
    (tmp_path / "x").write_text("mine")
    with pytest.raises(InputError, match="not a folder"):
        generate(MARKET, tmp_path / "x")
    with pytest.raises(InputError, match="cannot write"):
        generate(MARKET, tmp_path / "x" / "y")
    assert (tmp_path / "x").read_text() == "mine"


def test_a_run_that_fails_leaves_the_old_set(made, tmp_path):
    folder = tmp_path / "set"
    generate(MARKET, folder)
    before = contents(folder)

    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(GeneratedMarket(seed=9, days=2, session_s=10), folder, progress=stop)
    assert contents(folder) == before
    assert os.listdir(tmp_path) == ["set"]


def test_every_market_has_its_own_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HFT_GYM_CACHE", str(tmp_path))
    folders = {default_folder(GeneratedMarket(seed=s)) for s in (1, 1, 2)}
    assert len(folders) == 2
    assert all(f.parent == tmp_path / "generated" for f in folders)
