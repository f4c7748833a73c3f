"""Whether a plug-in has a part in a kernel: by the types it is for and by what it encloses."""

import sys
import types as python_types
from collections.abc import Iterable
from typing import Any

import numpy as np
from numba import types

_OURS = {"hft_gym", "numba", "numpy", "llvmlite", *sys.stdlib_module_names} - {"__main__"}
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
_PLAIN_VALUES = (
    bool, int, float, complex, str, bytes, np.generic, np.dtype, python_types.NoneType,
)  # fmt: skip


def is_foreign(found: Any) -> bool:
    """Whether code from outside the package has a part in it; True where nobody can tell.

    Args:
        found: a type of Numba's, a kernel, or a value that a kernel encloses.
    """
    if isinstance(found, types.Type):
        return _is_foreign_kind(found)
    if isinstance(found, type):
        return not _is_ours(found)
    if isinstance(found, _PLAIN_VALUES):
        return False
    if isinstance(found, tuple):
        return not _is_ours(type(found)) or _any(found)
    function = getattr(found, "py_func", found)
    if isinstance(function, python_types.FunctionType):
        return not _is_ours(function) or _any(
            cell.cell_contents for cell in function.__closure__ or ()
        )
    return True


def is_number_like(found: Any) -> bool:
    """Whether a value is a number, a word or a tuple of such: the same bytes in every process."""
    if isinstance(found, tuple):
        return all(is_number_like(part) for part in found)
    return isinstance(found, _PLAIN_VALUES)


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
    return found.__module__.partition(".")[0] in _OURS
