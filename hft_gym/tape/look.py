"""What a file looks like from outside, which changes with its content."""

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from hft_gym.errors import InputError


class Look(NamedTuple):
    """Size, time of the last change, and which file of the disk it is."""

    size_bytes: int
    mtime_ns: int
    inode: int


def look_of(file: Path | int) -> Look:
    """Look of what a path names or a descriptor has open.

    Raises:
        OSError: it is not there, or may not be looked at.
    """
    status = os.stat(file)
    return Look(status.st_size, status.st_mtime_ns, status.st_ino)


def require_same_look(path: Path, before: Look, now: Look) -> None:
    """Refuse a file that has become another one between two looks.

    Raises:
        InputError: it has.
    """
    if now != before:
        raise InputError(f"{path} changed while it was read; try again once nobody writes to it")


def require_unchanged(path: Path, before: Look) -> None:
    """The same, by what the path names now; a file that has gone after it was read is no fault.

    Raises:
        InputError: another file is there.
    """
    with suppress(FileNotFoundError):
        require_same_look(path, before, look_of(path))
