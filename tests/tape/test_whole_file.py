"""Whole files: complete or absent, and nothing left of writers that were killed."""

import os
import signal
import subprocess
import sys

import pytest

from hft_gym.tape.whole_file import remove_left_over, whole_file

WRITER = """
import sys, time
from pathlib import Path
from hft_gym.tape.whole_file import whole_file
with whole_file(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    time.sleep(60)
"""


def test_a_file_appears_when_it_is_complete(tmp_path):
    path = tmp_path / "deep" / "a"
    with whole_file(path) as file:
        file.write(b"all")
        assert not path.exists()
    assert path.read_bytes() == b"all"
    assert os.listdir(path.parent) == ["a"]


def test_the_old_file_stays_when_the_new_one_fails(tmp_path):
    (tmp_path / "a").write_bytes(b"old")

    def fail():
        with whole_file(tmp_path / "a") as file:
            file.write(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert (tmp_path / "a").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


def test_only_the_files_of_the_dead_are_left_over(tmp_path):
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "a")], stdout=subprocess.PIPE, text=True
    )
    try:
        assert writer.stdout.readline() == "writing\n"
        remove_left_over(tmp_path)
        assert len(os.listdir(tmp_path)) == 1  # it lives: hands off
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        assert len(os.listdir(tmp_path)) == 1
        with whole_file(tmp_path / "b") as file:
            file.write(b"next")
    finally:
        writer.kill()
        writer.communicate()
    assert os.listdir(tmp_path) == ["b"]


def test_folders_of_earlier_versions_go_when_they_are_old(tmp_path):
    for name, age_s in ((".building-old", 100_000), (".building-new", 0)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "kind").write_bytes(b"1")
        then = (tmp_path / name).stat().st_mtime - age_s
        os.utime(tmp_path / name, (then, then))
    remove_left_over(tmp_path)
    assert os.listdir(tmp_path) == [".building-new"]
