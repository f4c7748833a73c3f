"""The command lines as a user calls them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.agents.small import SMALL

ROOT = Path(__file__).resolve().parents[1]


def command(script, *arguments, **kwargs):
    environment = {k: v for k, v in os.environ.items() if k != "HYDRA_FULL_ERROR"}
    return subprocess.Popen(
        [sys.executable, str(ROOT / script), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, **kwargs,
    )  # fmt: skip


def finished(script, *arguments, **kwargs):
    process = command(script, *arguments, **kwargs)
    out, err = process.communicate(timeout=900)
    return process.returncode, out, err


@pytest.mark.slow
def test_train_resume_evaluate(tmp_path):
    code, out, err = finished("train.py", *SMALL, f"output={tmp_path}", cwd=tmp_path)
    assert code == 0, err
    (run,) = tmp_path.iterdir()  # nothing else is written
    assert "avellaneda_stoikov" in out
    assert {p.name.split(".")[0] for p in run.iterdir()} == {
        "config", "versions", "model", "curve", "events", "table", "picture", "report",
    }  # fmt: skip
    table = (run / "table.txt").read_text()

    code, out, err = finished("evaluate.py", f"run={run}", cwd=tmp_path)
    assert code == 0, err
    assert (run / "table.txt").read_text() == table
    assert table in out

    code, out, err = finished("train.py", f"resume={run}", "total_timesteps=768", cwd=tmp_path)
    assert code == 0, err
    assert [p.name for p in tmp_path.iterdir()] == [run.name]


@pytest.mark.slow
def test_ctrl_c_saves_the_model_and_says_where(tmp_path):
    process = command("train.py", *SMALL, "total_timesteps=100000000", f"output={tmp_path}")
    deadline = time.monotonic() + 800
    while not list(tmp_path.glob("*/events*")) and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(2.0)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=600)
    assert process.returncode == 130, err
    (run,) = tmp_path.iterdir()
    assert (run / "model.zip").is_file()
    assert f"resume={run}" in err


BAD = {
    "an unknown option": ("agent=no_such",),
    "an unknown value": ("agent.no_such=1",),
    "a wrong kind of value": ("env.num_envs=many",),
    "a wrong kind of parameter": ("reward.per_lot2_s=abc",),
    "a missing file": ("data.path=no/such/file",),
    "a file that is not DBN": (f"data.path={ROOT / 'pyproject.toml'}",),
    "a run that is none": ("resume=.",),
    "a folder that cannot be written": (*SMALL, f"output={ROOT / 'pyproject.toml'}"),
}


@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD.keys())
def test_bad_input_is_one_line_and_status_2(arguments, tmp_path):
    code, out, err = finished("train.py", *arguments, cwd=tmp_path)
    assert code == 2, err
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err + out
    assert list(tmp_path.iterdir()) == []


def test_evaluate_needs_a_run(tmp_path):
    code, _, err = finished("evaluate.py", cwd=tmp_path)
    assert (code, err.count("\n")) == (2, 1)
    assert "run=" in err


@pytest.mark.parametrize("script", ["train.py", "evaluate.py"])
def test_help_says_what_can_be_chosen(script, tmp_path):
    code, out, _ = finished(script, "--help", cwd=tmp_path)
    assert code == 0
    assert "data.path=" in out
    assert "inventory_penalty" in out
    assert list(tmp_path.iterdir()) == []
