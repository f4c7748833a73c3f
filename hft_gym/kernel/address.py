"""Columns by address: one kernel call serves rows that live in many mapped files.

A table with a record for each file holds the addresses of its columns; a kernel makes an array of
an address where it needs one. The caller keeps the mapped arrays alive for as long as the table.
"""

import ctypes
import mmap
from contextlib import suppress
from typing import Any

import numpy as np
from numba import carray, types
from numba.extending import intrinsic, overload
from numba.np.numpy_support import as_dtype
from numpy.typing import NDArray

LINE = 64  # bytes of memory that travel together
LARGE_PAGE = 1 << 21  # bytes that one entry of the processor's table of pages can cover


@intrinsic
def _pointer(typing_context: Any, address: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], context.get_value_type(signature.return_type))

    return types.voidptr(types.uint64), generate


def column(address: int, length: int, dtype: Any) -> NDArray[Any]:
    """`[length]` array over memory at `address`; nothing is copied, nothing is owned."""
    size = np.dtype(dtype).itemsize * int(length)
    memory = (ctypes.c_char * size).from_address(int(address))
    return np.frombuffer(memory, dtype=dtype, count=int(length))


@overload(column)
def _column(address: Any, length: Any, dtype: Any) -> Any:
    def over(address: Any, length: Any, dtype: Any) -> Any:
        return carray(_pointer(np.uint64(address)), (length,), dtype)

    return over


def array_at(address: int, like: NDArray[Any]) -> NDArray[Any]:
    """A contiguous array over memory at `address`, of the shape and type of another one."""
    return column(address, like.size, like.dtype).reshape(like.shape)


@overload(array_at)
def _array_at(address: Any, like: Any) -> Any:
    dtype = as_dtype(like.dtype)

    def over(address: Any, like: Any) -> Any:
        return carray(_pointer(np.uint64(address)), like.shape, dtype)

    return over


def unowned(array: NDArray[Any]) -> NDArray[Any]:
    """The same contiguous array to a kernel, not counted as a reference to it.

    Counting is an atomic operation each time that an element is taken out of a tuple of arrays.
    The caller keeps the array alive.
    """
    return array


@overload(unowned)
def _unowned(array: Any) -> Any:
    dtype = as_dtype(array.dtype)

    def over(array: Any) -> Any:
        return carray(_pointer(np.uint64(array.ctypes.data)), array.shape, dtype)

    return over


def address_of(array: NDArray[Any]) -> int:
    """Address of the first element of a contiguous array.

    Raises:
        ValueError: the array's elements do not lie side by side.
    """
    if not array.flags.c_contiguous:
        raise ValueError("only a contiguous array has one address")
    return int(array.ctypes.data)


def aligned_zeros(count: int, dtype: Any) -> NDArray[Any]:
    """`[count]` zeros that begin where a line of memory does, many of them on large pages.

    A kernel that jumps about in megabytes of small pages looks for pages as long as for numbers.
    """
    size = np.dtype(dtype).itemsize * count
    memory, edge = _memory(size)
    start = -memory.ctypes.data % edge
    return memory[start : start + size].view(dtype)


def _memory(size: int) -> tuple[NDArray[np.uint8], int]:
    """Zeros of `size` bytes and an edge more, and that edge: of a line, or of a large page."""
    if size < LARGE_PAGE or not hasattr(mmap, "MADV_HUGEPAGE"):
        return np.zeros(size + LINE, np.uint8), LINE
    private = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    pages = mmap.mmap(-1, size + LARGE_PAGE, flags=private)
    with suppress(OSError):  # a wish: some systems have no large pages to give
        pages.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(pages, np.uint8), LARGE_PAGE
