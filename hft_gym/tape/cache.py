"""Names of cached tapes: by the content of the source, the wishes of the user, and the code."""

import errno
import fcntl
import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hft_gym.errors import InputError
from hft_gym.tape.look import Look, look_of
from hft_gym.tape.rows import FORMAT_VERSION
from hft_gym.tape.whole_file import whole_file

_INDEX, _LOCK = "sources.json", ".sources.lock"
_TAPE = Path(__file__).resolve().parent
_NAME_LENGTH = 60
_READ_BYTES = 1 << 20


def tape_path(
    folder: Path, source: Path, source_sha256: str, definition_sha256s: Iterable[str], wishes: str
) -> Path:
    """Where the tape of a source is, or would be.

    Args:
        folder: the cache.
        source: gives the name that people recognise.
        source_sha256: digest of its content.
        definition_sha256s: digests of the definition files that may tell its tick size.
        wishes: all that the user may choose, as text.
    """
    parts = [source_sha256, *sorted(definition_sha256s), wishes, str(FORMAT_VERSION), code_digest()]
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
    stem = source.name.removesuffix(".zst").removesuffix(".dbn").removesuffix(".mbo")
    return folder / f"{stem[:_NAME_LENGTH]}-{key}.arrow"


def code_digest() -> str:
    """Digest of the code that determines what rows a source gives."""
    digest = hashlib.sha256()
    for path in [*sorted(_TAPE.glob("*.py")), _TAPE.parent / "kernel" / "idmap.py"]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def content_sha256(path: Path, folder: Path) -> str:
    """Digest of a file's content, remembered for as long as the file looks the same.

    Raises:
        InputError: the file cannot be read.
    """
    digest = SourceDigest(path, folder)
    try:
        if digest.running is not None:
            with path.open("rb") as file:
                while piece := file.read(_READ_BYTES):
                    digest.running.update(piece)
    except OSError as error:
        raise _unreadable(path, error) from error
    return digest.value()


def digest_before_reading(path: Path, folder: Path) -> "SourceDigest":
    """Digest of a file of which a tape is wanted, known wherever the tape may be there already.

    A file of the same size as one seen before may be that one, moved or touched: its digest is
    taken now. One of a new size is new.

    Raises:
        InputError: the file cannot be read.
    """
    digest = SourceDigest(path, folder)
    if digest.running is None or not digest.is_like_one_before():
        return digest
    content_sha256(path, folder)
    return SourceDigest(path, folder)


class SourceDigest:
    """Digest of a file that is about to be read as a whole.

    Remembered where the file looks as it did. Otherwise whoever reads the file shows its bytes to
    `running`, which spares reading it twice.

    Args:
        path: the file.
        folder: the cache, which remembers.

    Attributes:
        running: what all bytes must be shown to; None where the digest is known.

    Raises:
        InputError: the file cannot be read.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        self.running: Any = None
        self._path, self._folder = path, folder
        self._look = look_at(path)
        found = _read_index(folder).get(str(path.resolve()))
        self._known: str | None = None
        if isinstance(found, list) and found[:-1] == [*self._look]:
            self._known = str(found[-1])
        if self._known is None:
            self.running = hashlib.sha256()

    def is_like_one_before(self) -> bool:
        """Whether a file of the same size was seen before."""
        entries = _read_index(self._folder).values()
        return any(
            isinstance(known, list) and known[:1] == [self._look.size_bytes] for known in entries
        )

    def value(self) -> str:
        """The digest; after all bytes were shown to `running`.

        Raises:
            InputError: the cache cannot be written.
        """
        if self._known is None:
            self._known = self.running.hexdigest()
            if self._looks_as_before():
                _remember(self._folder, self._path, [*self._look, self._known])
        return self._known

    def _looks_as_before(self) -> bool:
        """Whether nobody has written to the file, or removed it after it was read."""
        with suppress(OSError):
            return look_of(self._path) == self._look
        return False


def look_at(path: Path) -> Look:
    """What a file looks like now.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return look_of(path)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot read {path}: {error.strerror}; check the path")


def _read_index(folder: Path) -> dict[str, object]:
    try:
        index = json.loads((folder / _INDEX).read_text())
    except (OSError, ValueError):  # it only saves time: without it, digests are taken again
        return {}
    return index if isinstance(index, dict) else {}


def _remember(folder: Path, path: Path, entry: list[int | str]) -> None:
    """Add an entry to the index; one process at a time, lest one writes over another's."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / _LOCK, "rb", opener=_made_if_missing) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            index = {**_read_index(folder), str(path.resolve()): entry}
            with whole_file(folder / _INDEX) as file:
                file.write(json.dumps(index).encode())
    except OSError as error:
        raise _unwritable(folder, error.strerror) from error


def _made_if_missing(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_CREAT, 0o666)  # others may lock it who may only read it


def require_folder(folder: Path) -> None:
    """Make the cache's folder if it is not there.

    Raises:
        InputError: it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error.strerror) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _unwritable(folder, os.strerror(errno.EACCES))


def _unwritable(folder: Path, reason: str | None) -> InputError:
    return InputError(
        f"cannot write the tape cache {folder}: {reason}; "
        "choose another folder or set HFT_GYM_CACHE"
    )
