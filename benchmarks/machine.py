"""Which machine a figure was measured on."""

import os
import platform
from pathlib import Path


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
