"""Files appear whole or not at all."""

import os
import stat

import pytest

from hft_gym.errors import InputError
from hft_gym.evaluation.files import write_whole


def test_writes_text_and_bytes_and_makes_the_folder(tmp_path):
    write_whole(tmp_path / "new" / "a.txt", "é\n")
    write_whole(tmp_path / "new" / "b.bin", b"\x00\x01")
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"\xc3\xa9\n"
    assert (tmp_path / "new" / "b.bin").read_bytes() == b"\x00\x01"
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["a.txt", "b.bin"]


def test_others_may_read_it_as_the_umask_says(tmp_path):
    write_whole(tmp_path / "a.txt", "x")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o666 & ~mask


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match=r"cannot write .*report\.html: .*; choose a folder"):
        write_whole(tmp_path / "file" / "report.html", "x")


def test_a_failed_write_leaves_the_old_file_and_no_temporary(tmp_path):
    target = tmp_path / "taken"
    (target / "inside").mkdir(parents=True)  # a folder cannot be replaced by a file
    with pytest.raises(InputError, match="cannot write"):
        write_whole(target, "x")
    assert [p.name for p in tmp_path.iterdir()] == ["taken"]
    assert (target / "inside").is_dir()
