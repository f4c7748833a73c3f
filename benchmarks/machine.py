"""Which machine a figure was measured on, and how figures are printed."""

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


def show(figures: dict[str, Any], as_json: bool) -> None:
    """Print figures: one JSON object, or a line each."""
    if as_json:
        print(json.dumps(figures))
        return
    width = max(map(len, figures)) + 1
    for name, value in figures.items():
        print(f"{name:{width}} {value:,}" if isinstance(value, int) else f"{name:{width}} {value}")
