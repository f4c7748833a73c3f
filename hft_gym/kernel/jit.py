"""The one place that talks to Numba's compiler and to its disk cache."""

import functools
import hashlib
import inspect
import os
import platform
import sys
import uuid
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import llvmlite
import numba
from numba.core.caching import IndexDataCacheFile

from hft_gym.errors import InputError

F = TypeVar("F", bound=Callable[..., Any])

COMPILE_OPTIONS = {"nogil": True, "error_model": "numpy"}

_dispatchers: weakref.WeakSet[Any] = weakref.WeakSet()  # every compiled function that lives
# files of plug-ins that live outside the package, and the names they were imported by
_outside_sources: set[tuple[Path, str]] = set()
_known_sources: set[tuple[Path, str]] = set()  # those that the cache's folder is named by
_package = Path(__file__).resolve().parents[1]


def kernel(function: F) -> F:
    """Compile `function` for the hot path: no Python objects, no GIL, NumPy's division rules.

    Machine code goes to disk only after `enable_cache()`, which knows every source it depends on.
    """
    # said aloud: a kernel that says nothing takes over that its caller is to be written out, and
    # one after the other all that it calls is; that compiles for minutes
    dispatcher = numba.njit(forceinline=False, **COMPILE_OPTIONS)(function)
    remember_source(function)
    _dispatchers.add(dispatcher)
    return dispatcher


def inlined_kernel(function: F) -> F:
    """A `kernel` that is written out wherever another one calls it: for small steps of hot loops.

    The compiler's own judgement leaves calls that cost more than what they do.
    """
    dispatcher = numba.njit(forceinline=True, **COMPILE_OPTIONS)(function)
    remember_source(function)
    _dispatchers.add(dispatcher)
    return dispatcher


def remember_source(function: Callable[..., Any]) -> None:
    """Let an edit of the file that defines `function` empty the kernel cache."""
    source = Path(inspect.getfile(function)).resolve()
    if not source.is_relative_to(_package):
        _outside_sources.add((source, function.__module__))


def cache_root() -> Path:
    """Folder of everything that may be thrown away: $HFT_GYM_CACHE, or ~/.cache/hft_gym."""
    chosen = os.environ.get("HFT_GYM_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "hft_gym"


def sources_digest() -> str:
    """Name of the cache folder: one for each content of the kernel sources, flags and versions."""
    digest = hashlib.sha256()
    about = (
        sys.version,
        numba.__version__,
        llvmlite.__version__,
        platform.machine(),
        numba.config.BOUNDSCHECK,
    )
    digest.update(repr(about).encode())
    digest.update(_package_digest())
    for source, module in sorted(_outside_sources):
        if source.is_file():
            digest.update(f"{source}:{module}".encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


@functools.cache
def _package_digest() -> bytes:
    """Of the package's own files; read once: what they say later is not what this process runs."""
    digest = hashlib.sha256()
    for source in sorted(_package.rglob("*.py")):
        digest.update(str(source).encode())
        digest.update(source.read_bytes())
    return digest.digest()


def cache_folder() -> Path:
    """Where the kernels of the sources as they are now lie, or would lie."""
    return cache_root() / "kernels" / sources_digest()


def has_cache(package: str) -> bool:
    """Whether kernels of a package were kept before; True where none is compiled at all.

    Args:
        package: the last part of its name, by which Numba calls its folder.
    """
    return bool(numba.config.DISABLE_JIT) or any(cache_folder().glob(f"{package}_*/*.nbi"))


def enable_cache() -> None:
    """Keep compiled kernels on disk, in a folder named by the content of all their sources.

    Numba's own key covers only the file of the outermost function: after an edit of a callee it
    would silently run the old machine code. One folder for each content makes that impossible.

    Raises:
        InputError: the cache folder cannot be written.
    """
    if numba.config.DISABLE_JIT:
        return
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot write the kernel cache {folder}: {error.strerror}; "
            "set HFT_GYM_CACHE to a folder you can write to"
        ) from error
    numba.config.CACHE_DIR = str(folder)
    _known_sources.clear()
    _known_sources.update(source for source in _outside_sources if source[0].is_file())
    for dispatcher in list(_dispatchers):
        is_new = getattr(dispatcher, "_cached_in", None) != folder
        if is_new and Path(inspect.getfile(dispatcher.py_func)).is_file():
            dispatcher.enable_caching()
            dispatcher._cache._cache_file.__class__ = _UniqueNames
            dispatcher._cached_in = folder


class _UniqueNames(IndexDataCacheFile):
    """Machine code in files whose names no other process can choose.

    Numba numbers the files: two processes that compile a function for different types at the same
    time may write both to the same file, and a third would run the one for the other. Two that save
    at once may still lose an entry of the index: that function is compiled once more.
    """

    def _load_index(self) -> dict[Any, str]:
        try:
            return super()._load_index()
        except (ImportError, AttributeError):
            return {}  # it speaks of a plug-in that this process cannot find any more

    def save(self, key: Any, data: Any) -> None:
        if _known_sources != _outside_sources:
            # a plug-in came later, or was typed into a prompt and has no file: no edit of it would
            # empty this folder
            return
        name = self._data_name_pattern.format(number=uuid.uuid4().int)
        self._save_data(name, data)
        self._save_index({**self._load_index(), key: name})
