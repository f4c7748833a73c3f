"""How OpenMP's threads wait is settled before torch is loaded."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ASK = (
    "import os, sys; from agents.openmp import wait_briefly; wait_briefly(); "
    "print(os.environ['OMP_WAIT_POLICY'], os.environ['GOMP_SPINCOUNT'], 'torch' in sys.modules)"
)


def told(**given):
    ours = {name: value for name, value in os.environ.items() if "OMP_" not in name}
    run = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=ours | given, capture_output=True, check=True
    )
    return run.stdout.decode().split()


def test_threads_stay_awake_for_a_while_if_the_user_says_nothing_else():
    assert told() == ["PASSIVE", "3000", "False"]
    assert told(OMP_WAIT_POLICY="ACTIVE") == ["ACTIVE", "3000", "False"]
    assert told(GOMP_SPINCOUNT="7") == ["PASSIVE", "7", "False"]


@pytest.mark.parametrize("name", ["train.py", "evaluate.py", "benchmarks/training.py"])
def test_it_is_settled_before_torch_is_loaded(name):
    ran = []
    for node in ast.parse((ROOT / name).read_text()).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            of = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            ran.append(str(of).partition(".")[0])
        elif isinstance(node, ast.Expr) and ast.unparse(node) == "wait_briefly()":
            ran.append("wait_briefly()")
    before = ran[: ran.index("wait_briefly()")]
    assert set(before) <= {*sys.stdlib_module_names, "agents"}
    assert "torch" in ran
