"""Whether a plug-in has a part in a kernel: by the types it is for and by what it encloses."""

import functools
import sys
import types as python_types
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numba import types

PACKAGE = Path(__file__).resolve().parents[1]
_touched: set[type] = set()  # classes of the package that a plug-in has implemented something for
# kinds that hold nothing but numbers
_PLAIN_KINDS = (
    types.Number,
    types.Boolean,
    types.NoneType,
    types.Record,
    types.UnicodeType,
    types.CharSeq,
    types.UnicodeCharSeq,
    types.NPDatetime,
    types.NPTimedelta,
    types.Literal,
    types.SliceType,
    types.RangeType,
    types.DType,
)
_PLAIN_VALUES = (bool, int, float, complex, str, bytes, python_types.NoneType)


def touch(model_class: type, function: Any) -> None:
    """Note that `function` implements something for a class: for one of ours, a plug-in may."""
    if not _is_ours(function):
        _touched.add(model_class)


def is_foreign(found: Any) -> bool:
    """Whether code from outside the package has a part in it; True where nobody can tell.

    Args:
        found: a type of Numba's, a kernel, or a value that a kernel encloses.
    """
    if isinstance(found, types.Type):
        return _is_foreign_kind(found)
    if _is_plain(found):
        return False
    if isinstance(found, type):
        return not _is_ours(found)
    if isinstance(found, tuple):
        return not _is_ours(type(found)) or _any(found)
    function = getattr(found, "py_func", found)
    if isinstance(function, python_types.FunctionType):
        enclosed = enclosed_by(function)
        return not _is_ours(function) or not is_number_like(enclosed) or _any(enclosed)
    return True


def is_number_like(found: Any) -> bool:
    """Whether a value is a number, a word or a tuple of such: the same bytes in every process."""
    if isinstance(found, tuple):
        return all(is_number_like(part) for part in found)
    return _is_plain(found)


def enclosed_by(function: python_types.FunctionType) -> tuple[Any, ...]:
    """The values that a closure encloses; where one is not there yet, the function itself."""
    found = []
    for cell in function.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:  # empty
            found.append(function)
    return tuple(found)


def _is_plain(found: Any) -> bool:
    # a subclass may come from anywhere
    return type(found) in _PLAIN_VALUES or isinstance(found, np.generic | np.dtype)


def _is_foreign_kind(kind: types.Type) -> bool:
    if isinstance(kind, _PLAIN_KINDS):
        return False
    if isinstance(kind, types.Array | types.Optional):
        return _is_foreign_kind(kind.dtype if isinstance(kind, types.Array) else kind.type)
    if isinstance(kind, types.Omitted):
        return is_foreign(kind.value)
    if isinstance(kind, types.BaseTuple):
        of = getattr(kind, "instance_class", tuple)
        return not _is_ours(of) or _any(kind)
    if isinstance(kind, types.Dispatcher):
        return is_foreign(kind.dispatcher)
    return True


def _any(parts: Iterable[Any]) -> bool:
    return any(is_foreign(part) for part in parts)


def _is_ours(found: Any) -> bool:
    """Whether a class or a function is of the package: by its file, names say little."""
    if found is tuple:
        return True
    if isinstance(found, type):
        module = sys.modules.get(found.__module__)
        file = getattr(module, "__file__", None)
        is_named_so = getattr(module, found.__name__, None) is found
        return found not in _touched and is_named_so and _is_inside(file)
    code = getattr(getattr(found, "py_func", found), "__code__", None)
    return code is not None and _is_inside(code.co_filename)


@functools.cache
def _is_inside(file: str | None) -> bool:
    return file is not None and Path(file).resolve().is_relative_to(PACKAGE)
