import json
import os

import pytest

from agents.run_folder import RunFolder, versions
from hft_gym.errors import InputError


def test_two_runs_of_one_second_do_not_meet(tmp_path):
    first, second = (RunFolder.create(tmp_path / "runs", "ppo", 0) for _ in range(2))
    assert first.path != second.path
    assert first.path.name.endswith("ppo_seed0")


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(InputError, match="output=FOLDER"):
        RunFolder.create(blocked / "runs", "ppo", 0)


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path):
    folder = RunFolder(tmp_path)
    (tmp_path / "table.txt").mkdir()
    with pytest.raises(InputError, match="cannot write"):
        folder.write("table.txt", "half")
    assert os.listdir(tmp_path) == ["table.txt"]


def test_only_a_run_can_be_opened(tmp_path):
    with pytest.raises(InputError, match="not a run"):
        RunFolder.open(tmp_path)
    (tmp_path / "config.yaml").write_text("seed: 0")
    folder = RunFolder.open(tmp_path)
    with pytest.raises(InputError, match="no model"):
        folder.newest_model()


def test_the_newest_model_may_be_a_checkpoint(tmp_path):
    folder = RunFolder(tmp_path)
    final = folder.write("model.zip", "a")
    os.utime(final, (1, 1))
    assert folder.newest_model() == final
    later = folder.write("checkpoints/000000000200.zip", "b")
    assert folder.checkpoints() == [later]
    assert folder.newest_model() == later


def test_versions_name_what_a_result_depends_on(tmp_path):
    found = json.loads(versions({"day": "ab"}, tmp_path))
    assert found["git_commit"] == "unknown"  # no checkout there
    assert found["packages"]["numpy"]
    assert found["data_sha256"] == {"day": "ab"}
