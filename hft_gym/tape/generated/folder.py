"""A folder of generated files: complete and of exactly these parameters, or written anew."""

import dataclasses
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hft_gym.errors import InputError
from hft_gym.kernel.jit import cache_root, enable_cache
from hft_gym.tape.generated import dbn_files
from hft_gym.tape.generated.day import day_records
from hft_gym.tape.generated.market import GENERATOR_VERSION, GeneratedMarket
from hft_gym.tape.generated.world import new_world

MANIFEST = "manifest.json"
DEFINITION = "definition.dbn.zst"

Progress = Callable[[int, int, str], None]  # days done, days in all, name of the last file


def default_folder(market: GeneratedMarket) -> Path:
    """Folder in the cache that belongs to these parameters alone."""
    about = json.dumps(_parameters(market), sort_keys=True).encode()
    return cache_root() / "generated" / hashlib.sha256(about).hexdigest()[:16]


def generate(market: GeneratedMarket, folder: Path, progress: Progress | None = None) -> list[Path]:
    """Write the market's files, unless the folder already holds all of them.

    Args:
        market: the parameters.
        folder: one `.mbo.dbn.zst` for each day, `definition.dbn.zst` and `manifest.json` go there.
        progress: told after each day: days done, days in all, name of the file.

    Returns:
        The files of the days, in order.

    Raises:
        InputError: the folder holds something else, or cannot be written.
    """
    folder = Path(folder)
    days = [folder / dbn_files.day_name(day) for day in market.dates]
    if _is_complete(folder, market):
        return days
    _refuse_foreign(folder)
    enable_cache()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        _write_all(market, fresh, progress)
        _put_in_place(fresh, folder, market)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return days


def _write_all(market: GeneratedMarket, folder: Path, progress: Progress | None) -> None:
    sha256: dict[str, str] = {}
    open_ticks = float(market.start_px_ticks)
    for place, day in enumerate(market.dates):
        name = dbn_files.day_name(day)
        world = new_world(market, place, dbn_files.start_ns(day), open_ticks)
        head = dbn_files.day_metadata(market, day)
        records = day_records(world, market.session_s)
        sha256[name] = dbn_files.write_dbn(folder / name, head, records)
        open_ticks = float(world["state"]["efficient_ticks"])
        if progress is not None:
            progress(place + 1, market.days, name)
    sha256[DEFINITION] = dbn_files.write_dbn(
        folder / DEFINITION,
        dbn_files.definition_metadata(market),
        [dbn_files.definition_record(market)],
    )
    manifest = {**_parameters(market), "sha256": sha256}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")


def _put_in_place(fresh: Path, folder: Path, market: GeneratedMarket) -> None:
    """Rename the fresh folder; what an older run left there goes first.

    Files that another process has put there meanwhile stay: somebody may be reading them.
    """
    fresh.chmod(0o777 & ~_umask())
    parent = os.open(folder.parent, os.O_RDONLY)
    try:
        fcntl.flock(parent, fcntl.LOCK_EX)  # one process at a time
        if _is_complete(folder, market):
            return
        if folder.is_dir():
            _refuse_foreign(folder)
            for old in folder.iterdir():
                old.unlink()
        fresh.replace(folder)
    finally:
        os.close(parent)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _parameters(market: GeneratedMarket) -> dict[str, Any]:
    return {"generator_version": GENERATOR_VERSION, "market": dataclasses.asdict(market)}


def _is_complete(folder: Path, market: GeneratedMarket) -> bool:
    """Whether the manifest names exactly these parameters and every file is as it was written."""
    manifest = _manifest(folder)
    if manifest is None or {k: manifest.get(k) for k in _parameters(market)} != _parameters(market):
        return False
    sha256 = manifest.get("sha256")
    names = [dbn_files.day_name(day) for day in market.dates]
    if not isinstance(sha256, dict) or set(sha256) != {*names, DEFINITION}:
        return False
    return all(_sha256(folder / name) == known for name, known in sha256.items())


def _manifest(folder: Path) -> dict[str, Any] | None:
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) else None


def _sha256(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _refuse_foreign(folder: Path) -> None:
    """Never replace what the generator has not written."""
    if not folder.exists() and not folder.is_symlink():
        return
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder; give another one for the generated market")
    for entry in folder.iterdir():
        ours = entry.name in (MANIFEST, DEFINITION) or (
            entry.name.startswith("gen-") and entry.name.endswith(".mbo.dbn.zst")
        )
        if entry.is_dir() or not ours:
            raise InputError(
                f"{folder} holds {entry.name}, which no generated market wrote; "
                "give an empty or new folder"
            )


def _unwritable(folder: Path, error: OSError) -> InputError:
    return InputError(
        f"cannot write the generated market to {folder}: {error.strerror}; "
        "give a folder you can write to"
    )
