"""The one place that talks to Numba's compiler and to its disk cache."""

import copy
import functools
import hashlib
import inspect
import os
import platform
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import llvmlite
import numba
from numba.core import typing
from numba.core.caching import IndexDataCacheFile
from numba.core.compiler_lock import global_compiler_lock
from numba.core.registry import CPUDispatcher

from hft_gym.errors import InputError
from hft_gym.kernel.foreign import PACKAGE, enclosed_by, is_foreign, is_number_like

F = TypeVar("F", bound=Callable[..., Any])

# no kernel is called as a C function: what it would need for that takes a tenth of the compiling
COMPILE_OPTIONS = {"nogil": True, "error_model": "numpy", "no_cfunc_wrapper": True}

# by file of plug-ins that live outside the package, and name it was imported by: what it holds, or
# None where there is no such file
_outside_sources: dict[tuple[Path, str], bytes | None] = {}
# those that the folder of mixed kernels is named by
_known_sources: dict[tuple[Path, str], bytes | None] = {}
_folders: list[Path] = []  # of the package's own kernels and of mixed ones; none: nothing is kept


def kernel(function: F) -> F:
    """Compile `function` for the hot path: no Python objects, no GIL, NumPy's division rules.

    Machine code goes to disk only after `enable_cache()`.
    """
    # said aloud: a kernel that says nothing takes over that its caller is to be written out, and
    # one after the other all that it calls is; that compiles for minutes
    return _compiled(function, forceinline=False)


def inlined_kernel(function: F) -> F:
    """A `kernel` that is written out wherever another one calls it: for small steps of hot loops.

    The compiler's own judgement leaves calls that cost more than what they do.
    """
    return _compiled(function, forceinline=True)


def _compiled(function: F, **options: bool) -> F:
    dispatcher: Any = numba.njit(**options, **COMPILE_OPTIONS)(function)
    if not numba.config.DISABLE_JIT:
        dispatcher.__class__ = _Kernel
    remember_source(function)
    return dispatcher


class _Kept(CPUDispatcher):
    """A function whose machine code is kept on disk once `enable_cache` was called."""

    def compile(self, sig: Any) -> Any:
        with global_compiler_lock:  # or another thread would find it half prepared
            keep(self)
            return super().compile(sig)


class _Kernel(_Kept):
    """A function that Python can call, and that other kernels find without what Python needs.

    To turn Python's objects into arguments and back is a quarter of the compiling, for each of the
    hundreds of functions that only kernels call.
    """

    _bare: Any = None

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """What is compiled for these very types.

        Numba's own would also look, and warn, whether a record might pass for another one that it
        has compiled the function for.
        """
        bare = self._for_kernels()
        signature, kinds = bare._compiler.fold_argument_types(args, kws)
        bare.compile(tuple(kinds))
        name = self.py_func.__name__
        found = [bare.overloads[tuple(kinds)].signature]
        return typing.make_concrete_template(name, key=name, signatures=found), signature, kinds, {}

    def get_overload(self, sig: Any) -> Any:
        return self._for_kernels().get_overload(sig)

    def _for_kernels(self) -> Any:
        if self._bare is None:
            options = {**self.targetoptions, "no_cpython_wrapper": True}
            self._bare = _Bare(self.py_func, self.locals, options)
        return self._bare


class _Bare(_Kept):
    """A function that only kernels can call."""


def remember_source(function: Callable[..., Any]) -> None:
    """Let an edit of the file that defines `function` empty the cache of mixed kernels.

    The file is read now: what it says later is not what this process runs.
    """
    source = Path(inspect.getfile(function)).resolve()
    if not source.is_relative_to(PACKAGE):
        _outside_sources[source, function.__module__] = _digest_of(source)


def _digest_of(source: Path) -> bytes | None:
    try:
        about = source.stat()
        return _digest_of_version(source, about.st_mtime_ns, about.st_size)
    except OSError:
        return None


@functools.cache
def _digest_of_version(source: Path, _mtime_ns: int, _size: int) -> bytes:
    return hashlib.sha256(source.read_bytes()).digest()


def cache_root() -> Path:
    """Folder of everything that may be thrown away: $HFT_GYM_CACHE, or ~/.cache/hft_gym."""
    chosen = os.environ.get("HFT_GYM_CACHE")
    return Path(chosen) if chosen else Path.home() / ".cache" / "hft_gym"


def sources_digest() -> str:
    """Name of the folder of kernels that a plug-in has a part in: of all sources and flags."""
    digest = hashlib.sha256(_own_digest().encode())
    for (source, module), content in sorted(_outside_sources.items()):
        if content is not None:
            digest.update(f"{source}:{module}".encode())
            digest.update(content)
    return digest.hexdigest()[:16]


def _own_digest() -> str:
    """Name of the folder of kernels that are the package's alone: of its sources, and flags."""
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
    return digest.hexdigest()[:16]


@functools.cache
def _package_digest() -> bytes:
    """Of the package's own files; read once: what they say later is not what this process runs."""
    digest = hashlib.sha256()
    for source in sorted(PACKAGE.rglob("*.py")):
        digest.update(str(source).encode())
        digest.update(source.read_bytes())
    return digest.digest()


def enable_cache() -> None:
    """Keep compiled kernels on disk, in folders named by the content of all their sources.

    What is the package's alone lies in one folder, whatever plug-ins a process knows; what a
    plug-in has a part in lies in another one, named by all files with kernels or implementations.
    (What such a file imports from one without is not seen: a constant belongs where it is used.)
    Numba by itself looks only at the file that defines a function, so an edit of a callee would
    leave stale machine code behind.

    Raises:
        InputError: the cache folder cannot be written.
    """
    if numba.config.DISABLE_JIT:
        return
    folder = cache_root() / "kernels" / _own_digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot write the kernel cache {folder}: {error.strerror}; "
            "set HFT_GYM_CACHE to a folder you can write to"
        ) from error
    numba.config.CACHE_DIR = str(folder)
    _known_sources.clear()
    _known_sources.update(_outside_sources)
    _folders[:] = [folder, folder.with_name(sources_digest())]


def keep(dispatcher: Any) -> None:
    """Let the machine code of a function be looked for, and kept, in the folders of `enable_cache`.

    Functions that were typed in have no file and are not kept; nor are those that enclose others,
    which are other ones in the next process.
    """
    if not _folders or getattr(dispatcher, "kept_in", None) == _folders[0]:
        return
    function = dispatcher.py_func
    if is_number_like(enclosed_by(function)) and Path(inspect.getfile(function)).is_file():
        dispatcher.enable_caching()
        files = dispatcher._cache._cache_file
        files.__class__ = _KernelFiles
        files.is_mixed = is_foreign(dispatcher)
        if isinstance(dispatcher, _Bare):
            files.rename("bare")
        dispatcher.kept_in = _folders[0]


def compiled_for(kernel: Any, *arguments: Any) -> Any:
    """Numba's result of compiling a kernel for arguments of these types, which it is not run on."""
    signature = _signature_of(arguments)
    kernel.compile(signature)
    return kernel.overloads[signature]


def _signature_of(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(numba.typeof(argument) for argument in arguments)


def is_kept(kernel: Any, *arguments: Any) -> bool:
    """Whether the machine code of a kernel for such arguments is on disk; `enable_cache` before.

    True where none is compiled at all.
    """
    if numba.config.DISABLE_JIT:
        return True
    with global_compiler_lock:
        keep(kernel)
        if not hasattr(kernel, "kept_in"):
            return False
        key = kernel._cache._index_key(_signature_of(arguments), kernel.targetctx.codegen())
        return bool(kernel._cache._cache_file.has(key))


class _KernelFiles(IndexDataCacheFile):
    """Machine code of a function, that of plug-ins apart, in files that no other process chooses.

    Numba numbers the files: two processes that compile a function for different types at the same
    time may write both to the same file, and a third would run the one for the other. Two that save
    at once may still lose an entry of the index: that function is compiled once more.

    Attributes:
        is_mixed: whether a plug-in has a part in the function, whatever the types.
    """

    is_mixed: bool
    _index_name: str

    def rename(self, kind: str) -> None:
        """Tell entries of a kind from those of the same function and types that are none."""
        self._index_name = f"{kind}.{self._index_name}"
        self._index_path = str(Path(self._cache_path) / self._index_name)

    def load(self, key: Any) -> Any:
        files = self._of(key)
        return None if files is None else super(_KernelFiles, files).load(key)

    def has(self, key: Any) -> bool:
        """Whether there is machine code for a key."""
        files = self._of(key)
        return files is not None and key in files._load_index()

    def save(self, key: Any, data: Any) -> None:
        files = self._of(key)
        if files is not None:
            Path(files._cache_path).mkdir(parents=True, exist_ok=True)
            name = files._data_name_pattern.format(number=uuid.uuid4().int)
            files._save_data(name, data)
            files._save_index({**files._load_index(), key: name})

    def _of(self, key: Any) -> "_KernelFiles | None":
        """The files that an entry belongs to: these, those beside, or none.

        A plug-in may have come since the folder was named, or was typed into a prompt and has no
        file: no edit of it would empty that folder.
        """
        signature = key[0]
        kinds = getattr(signature, "args", signature)
        if not (self.is_mixed or any(is_foreign(kind) for kind in kinds)):
            return self
        if _known_sources != _outside_sources or None in _known_sources.values():
            return None
        files = copy.copy(self)
        beside = _folders[1] / Path(self._cache_path).name
        files._cache_path, files._index_path = str(beside), str(beside / self._index_name)
        return files

    def _load_index(self) -> dict[Any, str]:
        try:
            return super()._load_index()
        except (ImportError, AttributeError):
            return {}  # it speaks of a plug-in that this process cannot find any more
