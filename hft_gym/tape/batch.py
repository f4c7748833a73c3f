"""Folders of Databento's batch download: checked against their manifest before use.

Beside the data a job has `manifest.json` (job_id; filename, size and hash of every file),
`condition.json` (date and condition of each day) and `symbology.json` (what `symbology.resolve`
returns); Databento, "Download center: support files" and "Historical API: batch.list_files".
"""

import datetime as dt
import json
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hft_gym.errors import InputError
from hft_gym.tape.cache import content_sha256
from hft_gym.tape.dbn import DbnFile

MANIFEST, CONDITION, SYMBOLOGY = "manifest.json", "condition.json", "symbology.json"
WHOLE = "available"  # the condition of a day that the vendor has no doubts about

_SHA256 = re.compile(r"sha256:([0-9a-f]{64})")
_DAY_NS = 86_400_000_000_000
_NO_TIME = 2**64 - 1
_AGAIN = "download the job again"


@dataclass(frozen=True, slots=True)
class BatchFile:
    """What the manifest says of a file."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which instrument a symbol was, from a day until before another."""

    symbol: str
    instrument_id: int
    first: dt.date
    end: dt.date


@dataclass(frozen=True, slots=True)
class Batch:
    """One job as it was downloaded.

    Attributes:
        folder: where it is.
        job_id: the vendor's name of the job.
        files: those of the manifest.
        conditions: of each day (ISO date) that the job covers; empty without `condition.json`.
        mappings: of `symbology.json`; empty without it.
    """

    folder: Path
    job_id: str
    files: tuple[BatchFile, ...]
    conditions: dict[str, str]
    mappings: tuple[Mapping, ...]

    def instrument_ids(self, day: dt.date) -> dict[str, int]:
        """Instrument id of each raw symbol on a day (UTC)."""
        return {m.symbol: m.instrument_id for m in self.mappings if m.first <= day < m.end}

    def warnings(self) -> list[str]:
        """One line for each day that is not whole."""
        return [f"{day}: {what}" for day, what in self.conditions.items() if what != WHOLE]


def is_batch(folder: Path) -> bool:
    """Whether a folder holds the manifest of a job."""
    if not (folder / MANIFEST).is_file():
        return False
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):  # of a job only if the vendor's other files are there
        return (folder / CONDITION).is_file() or (folder / "metadata.json").is_file()
    return isinstance(manifest, dict) and "job_id" in manifest


def read_batch(folder: Path | str) -> Batch:
    """What the files beside the data say.

    Raises:
        InputError: there is no manifest, or one of the files is not as the vendor writes it.
    """
    folder = Path(folder)
    manifest = _read(folder / MANIFEST)
    try:
        files = tuple(_file(entry) for entry in manifest["files"])
        job_id = str(manifest["job_id"])
    except (KeyError, TypeError, ValueError) as error:
        raise _odd(folder / MANIFEST, error) from None
    return Batch(folder, job_id, files, _conditions(folder), _mappings(folder))


def verify_batch(source: Path, cache: Path) -> None:
    """Compare a job's files with its manifest, and warn of days that are not whole.

    Args:
        source: folder of a job, or a file in one, which is then compared alone; anything else
            passes.
        cache: folder that remembers digests.

    Raises:
        InputError: a file is missing or is not what the manifest says.
    """
    folder = source if source.is_dir() else source.parent
    if not is_batch(folder):
        return
    batch = read_batch(folder)
    for file in batch.files:
        if source.is_dir() or file.name == source.name:
            _verify(batch, file, cache)
    doubts = batch.warnings()
    if source.is_dir() and doubts:
        warnings.warn(f"{folder}: days that are not whole: {', '.join(doubts)}", stacklevel=3)


def day_conditions(file: DbnFile) -> dict[str, str]:
    """Condition of each day (ISO date, UTC) of a file that is not whole, if the vendor tells.

    Raises:
        InputError: the `condition.json` beside the file is not as the vendor writes it.
    """
    folder = file.path.parent
    if not is_batch(folder):
        return {}
    conditions = _conditions(folder)
    start, end = file.metadata.start, file.metadata.end
    last = start if end is None or end in (0, _NO_TIME) else max(start, end - 1)
    first_day, last_day = (
        dt.datetime.fromtimestamp(ns // 10**9, dt.UTC).date().isoformat() for ns in (start, last)
    )
    return {
        day: what
        for day, what in conditions.items()
        if first_day <= day <= last_day and what != WHOLE
    }


def _verify(batch: Batch, file: BatchFile, cache: Path) -> None:
    path = batch.folder / file.name
    if not path.is_file():
        raise InputError(f"{path} is missing from job {batch.job_id}; {_AGAIN}")
    size_bytes = path.stat().st_size
    if size_bytes != file.size_bytes:
        raise InputError(
            f"{path} has {size_bytes} bytes, the manifest says {file.size_bytes}; {_AGAIN}"
        )
    if content_sha256(path, cache) != file.sha256:
        raise InputError(f"{path} is not what the manifest says (another sha256); {_AGAIN}")


def _file(entry: Any) -> BatchFile:
    name, found = str(entry["filename"]), _SHA256.fullmatch(str(entry["hash"]))
    if Path(name).name != name:
        raise ValueError(f"file name {name!r}")
    if found is None:
        raise ValueError(f"hash of {name}")
    return BatchFile(name, int(entry["size"]), found[1])


def _conditions(folder: Path) -> dict[str, str]:
    path = folder / CONDITION
    if not path.is_file():
        return {}
    days = _read(path)
    try:
        found = {
            dt.date.fromisoformat(day["date"]).isoformat(): str(day["condition"]) for day in days
        }
    except (KeyError, TypeError, ValueError) as error:
        raise _odd(path, error) from None
    return dict(sorted(found.items()))


def _mappings(folder: Path) -> tuple[Mapping, ...]:
    path = folder / SYMBOLOGY
    if not path.is_file():
        return ()
    resolved = _read(path)
    try:
        kinds = (resolved["stype_in"], resolved["stype_out"])
        return tuple(
            _mapping(key, interval, kinds)
            for key, intervals in resolved["result"].items()
            for interval in intervals
            if interval["s"] and "instrument_id" in kinds  # "" is a symbol that was none
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _odd(path, error) from None


def _mapping(key: str, interval: Any, kinds: tuple[str, str]) -> Mapping:
    symbol, number = (key, interval["s"]) if kinds[1] == "instrument_id" else (interval["s"], key)
    first, end = dt.date.fromisoformat(interval["d0"]), dt.date.fromisoformat(interval["d1"])
    return Mapping(str(symbol), int(number), first, end)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}; {_AGAIN}") from error
    except ValueError:
        raise InputError(f"{path} is not JSON; {_AGAIN}") from None


def _odd(path: Path, error: Exception) -> InputError:
    return InputError(f"{path} is not as Databento writes it ({error!r}); {_AGAIN}")
