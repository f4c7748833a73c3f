"""What `make` installs, and when: with an interpreter that only writes down what it is told."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")

# makes a .venv whose pip and python write their arguments into calls.txt
PYTHON = """#!/bin/sh
if [ "$1 $2" = "-m venv" ]; then
  mkdir -p .venv/bin
  for name in pip python; do
    printf '#!/bin/sh\\necho %s "$@" >> calls.txt\\n' $name > .venv/bin/$name
    chmod +x .venv/bin/$name
  done
fi
"""


class Clone:
    """A folder with the Makefile and what it depends on."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, folder / name)
        (folder / "python").write_text(PYTHON)
        (folder / "python").chmod(0o755)

    def make(self, *goals):
        """What was called: the extras that pip installed, and the scripts and modules run."""
        calls = self.folder / "calls.txt"
        calls.write_text("")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        subprocess.run(
            ["make", "PYTHON=./python", *goals],
            cwd=self.folder, env=kept, check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        lines = [line.split() for line in calls.read_text().splitlines()]
        return [_short(words) for words in lines if words[1] != "-c"]


def _short(words):
    if words[0] == "pip":
        return f"{words[-1]} by {words[words.index('-c') + 1]}"
    return words[2] if words[1] == "-m" else words[1]


TRAIN, CHECK = ".[agents] by constraints.txt", ".[agents,dev] by constraints.txt"


@pytest.fixture
def clone(tmp_path):
    return Clone(tmp_path)


def test_training_installs_only_what_it_needs_and_only_once(clone):
    assert clone.make("train") == [TRAIN, "train.py"]
    assert clone.make("train") == ["train.py"]
    assert clone.make("evaluate") == ["evaluate.py"]


def test_the_checks_come_on_top(clone):
    assert clone.make("train") == [TRAIN, "train.py"]
    assert clone.make("test") == [CHECK, "pytest"]
    assert clone.make("train", "test") == ["train.py", "pytest"]
    assert clone.make("install") == []


def test_a_changed_file_is_installed_again(clone):
    clone.make("install")
    for name in ("pyproject.toml", "constraints.txt"):
        (clone.folder / name).touch()
        assert clone.make("train") == [TRAIN, "train.py"]
        assert clone.make("install") == [CHECK]
        assert clone.make("install") == []


def test_other_pins_are_another_installation_however_old(clone):
    clone.make("train")
    other = clone.folder / "other.txt"
    other.write_text("")
    os.utime(other, (1e9, 1e9))
    wanted = ".[agents] by other.txt"
    assert clone.make("train", "CONSTRAINTS=other.txt") == [wanted, "train.py"]
    assert clone.make("train", "CONSTRAINTS=other.txt") == ["train.py"]
    assert clone.make("train") == [TRAIN, "train.py"]


def test_goals_side_by_side_install_once_and_before_anything_runs(clone):
    calls = clone.make("-j4", "train", "test", "long")
    assert calls[:2] == [TRAIN, CHECK]
    assert sorted(calls[2:]) == ["pytest", "pytest", "train.py"]


def test_an_old_interpreter_is_refused(clone):
    (clone.folder / "python").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(subprocess.CalledProcessError) as refused:
        clone.make("train")
    assert b"needs Python 3.11 or newer" in refused.value.stderr
