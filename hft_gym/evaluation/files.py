"""Results on disk: whole or not at all."""

import os
import tempfile
from pathlib import Path

from hft_gym.errors import InputError


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file under a temporary name beside it and rename, making its folder if need be.

    Raises:
        InputError: the folder or the file cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.chmod(0o666 & ~_umask())  # mkstemp keeps files to their owner
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise InputError(
            f"cannot write {path}: {error.strerror}; choose a folder you can write to"
        ) from error


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
