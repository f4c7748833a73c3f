"""How many processors there are to work with."""

import os


def usable_cores() -> int:
    """Processors that this process may run on, at least 1; where nobody tells, all there are."""
    if hasattr(os, "sched_getaffinity"):  # containers and task sets give fewer than the machine has
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
