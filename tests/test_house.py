"""Rules of the house that no linter knows."""

import ast
import functools
import importlib
import importlib.util
import inspect
import re
import socket
import statistics
import subprocess
from pathlib import Path

import numpy as np
import pytest
import yaml
from hydra.utils import get_object

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted(
    path
    for folder in ("hft_gym", "agents")
    for path in (ROOT / folder).rglob("*.py")
    if path.name != "__init__.py"
)
SOURCES = [
    *MODULES,
    *(p for f in ("tests", "benchmarks", "scripts") for p in sorted((ROOT / f).rglob("*.py"))),
    ROOT / "train.py",
    ROOT / "evaluate.py",
]
CONFIGS = sorted((ROOT / "conf").rglob("*.yaml"))

MOST_LINES, MEDIAN_LINES = 400, 150
MOST_FUNCTION_LINES, MOST_PARAMETERS = 60, 8
UNITS = {"ns", "ms", "s", "ticks", "microticks", "e9", "lots", "bytes"}
NUMBERS = {  # what is counted, or a pure number
    "address", "checkpoints", "count", "decision", "decisions", "excitation", "fills", "flags",
    "head", "id", "index", "key", "place", "level", "orders", "page", "pages", "places", "quotes",
    "ratio", "records", "windows",
    "rejected", "row", "rows", "sent", "share", "slot", "slots", "state", "steps", "tail", "tape",
}  # fmt: skip
FLAGS = ("is_", "was_", "has_", "in_")


def names(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


# lengths


def test_files_are_short():
    lengths = {path: len(path.read_text().splitlines()) for path in SOURCES}
    assert [f"{names([p])[0]}: {n}" for p, n in lengths.items() if n > MOST_LINES] == []
    assert statistics.median(lengths[p] for p in MODULES) <= MEDIAN_LINES


@pytest.mark.parametrize("path", SOURCES, ids=names(SOURCES))
def test_functions_are_short(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= MOST_FUNCTION_LINES, f"{node.name} has {lines} lines"
            found = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            count = len([a for a in found if a.arg not in ("self", "cls")])
            if not _is_bound_kernel(path, node):
                assert count <= MOST_PARAMETERS, f"{node.name} has {count} parameters"


def _is_bound_kernel(path, node):
    """Closures that flatten records into numbers for the compiler are the one exception."""
    where = path.name in {"step.py", "test_workers.py"}
    return where and node.name in {"step", "begin_wanted", "begin_at"}


# a test module of the same name


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
def test_every_module_has_a_test_module(path):
    relative = path.relative_to(ROOT)
    parts = relative.parts[1:] if relative.parts[0] == "hft_gym" else relative.parts
    expected = ROOT.joinpath("tests", *parts[:-1], f"test_{path.name}")
    assert expected.is_file(), f"{expected.relative_to(ROOT)} is missing"


# units


def dtype_fields():
    for path in MODULES:
        if not re.search(r"^[A-Z_]+DTYPE\b|^COLUMNS\b", path.read_text(), re.MULTILINE):
            continue
        dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        module = importlib.import_module(dotted)
        for name, found in vars(module).items():
            if name.endswith("_DTYPE") and isinstance(found, np.dtype) and found.names:
                yield from ((f"{dotted}.{name}", field) for field in found.names)
            if name == "COLUMNS":
                yield from ((f"{dotted}.{name}", field) for field in found)


# Names of the vendor's record format, enumerations, flags and holders of other records.
PLAIN = {
    "kind", "side", "flags", "action", "price", "size", "ts_recv", "ts_in_delta", "sequence",
    "length", "rtype", "ts_event", "reward", "autoreset", "episode", "trader", "columns",
    "index", "windows", "messages", "intents", "responses", "answers", "reason", "packet_open",
    "crossed", "stop",
    "target_post_only", "post_only", "order_type", "time_in_force", "event", "risk", "stop_reason",
    "noted_stop_reason", "shown", "answers_left", "notes", "reach", "blocks",
}  # fmt: skip


def test_every_field_of_a_record_has_a_unit_or_needs_none():
    bare = sorted(
        {
            f"{where}.{field}"
            for where, field in dtype_fields()
            if not (UNITS | NUMBERS) & set(field.split("_"))
            and not field.startswith(FLAGS)
            and field not in PLAIN
        }
    )
    assert bare == []


# configuration


def nested_targets(node):
    if isinstance(node, dict):
        if "_target_" in node:
            yield node
        for value in node.values():
            yield from nested_targets(value)
    elif isinstance(node, list):
        for value in node:
            yield from nested_targets(value)


@pytest.mark.parametrize("path", CONFIGS, ids=names(CONFIGS))
def test_every_yaml_names_a_real_thing_and_only_its_parameters(path):
    option = yaml.safe_load(path.read_text())
    option.pop("defaults", None)  # Hydra's own: what the option is composed of
    for node in nested_targets(option):
        target = get_object(node["_target_"])
        known = inspect.signature(target).parameters
        given = {key for key in node if not (key.startswith("_") and key.endswith("_"))}
        assert given <= set(known), f"{node['_target_']} has no {sorted(given - set(known))}"


@pytest.mark.parametrize(
    "path", [p for p in CONFIGS if p.parent.name != "experiment"], ids=lambda p: f"{p.stem}"
)
def test_every_option_of_every_group_composes(path):
    from tests.agents.test_schema import composed

    group = path.parent.name
    override = [] if group == "conf" else [f"{group}={path.stem}"]
    assert composed(*override).seed == 0


# what is shown is run


@functools.cache
def blocks(name, language):
    text = (ROOT / name).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


PAGES = ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/environments.md"]
PYTHON_BLOCKS = [
    pytest.param(block, id=f"{name}-{k}")
    for name in PAGES
    for k, block in enumerate(blocks(name, "python"))
]


@pytest.mark.parametrize("block", PYTHON_BLOCKS)
def test_python_blocks_run(block, tmp_path, monkeypatch):
    # a file, since kernels look up their own source
    path = tmp_path / "shown.py"
    path.write_text(block)
    monkeypatch.chdir(tmp_path)
    spec = importlib.util.spec_from_file_location("shown", path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


@pytest.mark.parametrize("name", PAGES)
def test_shell_blocks_name_real_commands(name):
    makefile = (ROOT / "Makefile").read_text()
    goals = set(re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE))
    for block in [*blocks(name, "bash"), *blocks(name, "sh")]:
        for line in block.splitlines():
            for goal in re.findall(r"^make ([a-z]+)", line):
                assert goal in goals, line
            for script in re.findall(r"python (\S+\.py)", line):
                assert (ROOT / script).is_file(), line
            for module in re.findall(r"python -m (\S+)", line):
                assert importlib.util.find_spec(module), line
            for group, option in re.findall(r"(\w+)=(\w+)", line):
                if (ROOT / "conf" / group).is_dir():
                    assert (ROOT / "conf" / group / f"{option}.yaml").is_file(), line


# nothing of one machine


def tracked_texts():
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"],
        capture_output=True, text=True, check=False,
    ).stdout.split("\n")  # fmt: skip
    for name in filter(None, listed):
        path = ROOT / name
        if path.is_file() and path.suffix in {".py", ".md", ".toml", ".yaml", ".txt", ".json", ""}:
            yield path, path.read_text(errors="ignore")


def test_no_file_knows_the_machine_it_was_written_on():
    private = re.compile(r"(?<![\w.])/(?:home|root|work|Users)/\w+")
    host = socket.gethostname()
    for path, text in tracked_texts():
        found = private.search(text)
        assert not found, f"{path.relative_to(ROOT)}: {found.group() if found else ''}"
        assert len(host) < 6 or host not in text, f"{path.relative_to(ROOT)} names {host}"
