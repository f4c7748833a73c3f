"""Finding commands, and what is said when one fails."""

import argparse
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from hft_gym.commands import main as face
from hft_gym.commands.main import found_commands, main
from hft_gym.errors import InputError
from tests.dbn_files import definition, write

ROOT = Path(__file__).resolve().parents[2]


def command(monkeypatch, run):
    """Let there be one command, `do`."""
    module = SimpleNamespace(
        NAME="do", HELP="it", __doc__="Does it.", add_arguments=lambda _: None, run=run
    )
    monkeypatch.setattr(face, "found_commands", lambda: [module])


def test_every_module_is_a_command():
    modules = found_commands()
    names = [module.NAME for module in modules]
    assert names == sorted(set(names))
    assert {"build", "info", "levels"} <= set(names)
    for module in modules:
        assert module.HELP
        assert module.__doc__
        parser = argparse.ArgumentParser()
        module.add_arguments(parser)
        assert callable(module.run)


def test_help_names_every_command(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    assert left.value.code == 0
    shown = capsys.readouterr().out
    for module in found_commands():
        assert f"\n    {module.NAME} " in shown


def test_heavy_imports_wait_for_the_run():
    code = "import sys; from hft_gym.commands.main import found_commands; found_commands(); "
    heavy = "print([n for n in ('numba', 'pyarrow', 'matplotlib', 'tqdm') if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code + heavy], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("arguments", [[], ["no-such"], ["build"], ["levels", "x", "--depth", "a"]])
def test_bad_arguments_are_one_line(arguments, capsys):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert said.count("\n") == 1


def test_statuses(monkeypatch, capsys):
    def failing(error):
        def run(_):
            raise error

        return run

    command(monkeypatch, lambda _: 7)
    assert main(["do"]) == 7
    command(monkeypatch, failing(InputError("no such file: x; check the path")))
    assert main(["do"]) == 2
    assert capsys.readouterr().err == "error: no such file: x; check the path\n"
    command(monkeypatch, failing(KeyboardInterrupt()))
    assert main(["do"]) == 130
    command(monkeypatch, failing(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):  # a fault of the program is not hidden
        main(["do"])


def test_a_reader_that_has_gone_is_told_nothing(tmp_path):
    path = write(tmp_path / "a.dbn", definition(), schema="definition")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "hft_gym", "info", str(path)], cwd=ROOT, stdout=writing,
        stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_readme_shows_real_commands():
    blocks = re.findall(r"^```bash\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines() if "hft-gym" in line]
    assert lines
    for line in lines:
        words = shlex.split(line.partition("|")[0], comments=True)
        options = face._parser().parse_args(words[words.index(".venv/bin/hft-gym") + 1 :])
        assert callable(options.run)
