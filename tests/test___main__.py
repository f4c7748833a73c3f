"""`python -m hft_gym` and the console script are one command."""

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import hft_gym
from tests.dbn_files import LAST, mbo, write

ROOT = Path(__file__).resolve().parents[1]


def test_a_process_of_its_own(tmp_path):
    path = write(tmp_path / "a.dbn", mbo(("A", "B", 1, 10, 5, LAST)))
    arguments = ["levels", str(path), "-o", str(tmp_path / "out.csv"), "--depth", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "hft_gym", *arguments], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 rows of 1 records" in done.stdout
    assert (tmp_path / "out.csv").read_text().splitlines()[1].endswith(",2.5,nan,5,0,1,0")


def test_the_script_of_the_package():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    module, _, name = scripts["hft-gym"].partition(":")
    assert callable(getattr(importlib.import_module(module), name))
    shown = subprocess.run(
        [sys.executable, "-m", "hft_gym", "--version"], cwd=ROOT, capture_output=True, text=True,
        check=True,
    ).stdout  # fmt: skip
    assert shown == f"hft-gym {hft_gym.__version__}\n"
