"""A bar on stderr while somebody watches; nothing where stderr is no terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class Bar:
    """Progress towards a total in bytes.

    Args:
        bar: of tqdm.
    """

    def __init__(self, bar: Any) -> None:
        self._bar = bar

    def show(self, done_bytes: float) -> None:
        """So much is done by now."""
        self._bar.update(int(done_bytes) - self._bar.n)

    def say(self, line: str) -> None:
        """Write a line to stdout without damage to the bar."""
        self._bar.write(line, file=sys.stdout)


@contextmanager
def progress_bar(what: str, total_bytes: int) -> Iterator[Bar]:
    """A bar for the time of the context; it is wiped out at the end."""
    from tqdm import tqdm

    with tqdm(
        total=total_bytes, desc=what, unit="B", unit_scale=True, disable=None, leave=False,
        file=sys.stderr,
    ) as bar:  # fmt: skip
        yield Bar(bar)
