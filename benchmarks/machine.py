"""What benchmarks share: the machine they ran on, their options, how figures are printed."""

import argparse
import json
import os
import platform
from pathlib import Path
from typing import Any


def machine() -> str:
    """Processor, cores in use, Python; such as `AMD EPYC, 2 cores, Linux, Python 3.11.7`."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                name = line.partition(":")[2].strip()
                break
    system, python = platform.system(), platform.python_version()
    return f"{name}, {os.cpu_count()} cores, {system}, Python {python}"


def arguments(module: str, about: str | None) -> argparse.ArgumentParser:
    """The options of a benchmark: `--json`, and what it adds.

    Args:
        module: its `__file__`.
        about: its docstring, shown by `--help`.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{Path(module).stem}",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def show(figures: dict[str, Any], as_json: bool) -> None:
    """Print figures: one JSON object, or a line each."""
    if as_json:
        print(json.dumps(figures))
        return
    width = max(map(len, figures)) + 1
    for name, value in figures.items():
        print(f"{name:{width}} {value:,}" if isinstance(value, int) else f"{name:{width}} {value}")
