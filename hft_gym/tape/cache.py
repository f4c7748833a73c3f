"""Names of cached tapes: by the content of the source, the wishes of the user, and the code."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from hft_gym.errors import InputError
from hft_gym.tape.rows import FORMAT_VERSION
from hft_gym.tape.whole_file import whole_file

_INDEX = "sources.json"
_TAPE = Path(__file__).resolve().parent
_NAME_LENGTH = 60


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
    try:
        status = path.stat()
        look = [status.st_size, status.st_mtime_ns, status.st_ino]
        index = _read_index(folder)
        known = index.get(str(path.resolve()))
        if isinstance(known, list) and known[:-1] == look:
            return str(known[-1])
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; check the path") from error
    _write_index(folder, {**index, str(path.resolve()): [*look, sha256]})
    return sha256


def _read_index(folder: Path) -> dict[str, object]:
    try:
        index = json.loads((folder / _INDEX).read_text())
    except (OSError, ValueError):  # it only saves time: without it, digests are taken again
        return {}
    return index if isinstance(index, dict) else {}


def _write_index(folder: Path, index: dict[str, object]) -> None:
    try:
        with whole_file(folder / _INDEX) as file:
            file.write(json.dumps(index).encode())
    except OSError as error:
        raise InputError(
            f"cannot write the tape cache {folder}: {error.strerror}; "
            "choose another folder or set HFT_GYM_CACHE"
        ) from error
