"""Files that appear whole or not at all, whatever happens to the process that writes them.

A file is written under a temporary name and gets its own when it is complete. Whoever writes holds
a lock on the temporary file, and the system gives it up when the process dies, however it dies:
what is not locked is left over, and the next writer removes it.
"""

import fcntl
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_PART = ".part"
_OLD_FOLDERS = ".building-*"  # of earlier versions of this package, which knew no lock
_OLD_S = 86_400.0


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write that becomes `path` when the context ends well, and is gone if not.

    Raises:
        OSError: the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_left_over(path.parent)
    temporary, file = _locked(path)
    try:
        with file:
            yield file
            file.flush()
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def remove_left_over(folder: Path) -> None:
    """Remove what processes that were killed have left in a folder of whole files."""
    for part in folder.glob(f".*{_PART}"):
        with suppress(OSError), part.open("rb") as file:  # gone meanwhile, or not ours to remove
            if _lock(file):
                part.unlink()
    for old in folder.glob(_OLD_FOLDERS):
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > _OLD_S:
                shutil.rmtree(old)


def _locked(path: Path) -> tuple[Path, BinaryIO]:
    """A temporary file beside `path`, open and locked."""
    while True:
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}{_PART}")
        file = temporary.open("wb")
        # between its birth and its lock another process may have taken it for left over
        if _lock(file) and temporary.exists():
            return temporary, file
        file.close()
        temporary.unlink(missing_ok=True)


def _lock(file: BinaryIO) -> bool:
    """Whether the lock could be had."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
