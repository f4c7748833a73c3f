"""Words of memory by which threads tell each other how far they are, and waiting for them awake.

What a thread wrote before it stores a word is there for whoever loads that word (sequential
consistency, as in C11): compiler and processor otherwise move reads and writes past each other.
"""

import platform
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload

from hft_gym.kernel.address import column
from hft_gym.kernel.jit import COMPILE_OPTIONS

_WORD = ir.IntType(64)
_BYTES = 8
_ORDER = "seq_cst"
_HAS_PAUSE = platform.machine().lower() in ("x86_64", "amd64")


@intrinsic
def _load(typing_context: Any, address: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = builder.inttoptr(args[0], _WORD.as_pointer())
        return builder.load_atomic(place, _ORDER, _BYTES)

    return types.int64(types.uint64), generate


@intrinsic
def _store(typing_context: Any, address: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        place = builder.inttoptr(args[0], _WORD.as_pointer())
        builder.store_atomic(args[1], place, _ORDER, _BYTES)
        return context.get_dummy_value()

    return types.void(types.uint64, types.int64), generate


@intrinsic
def _pause(typing_context: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if _HAS_PAUSE:
            function_type = ir.FunctionType(ir.VoidType(), [])
            name = "llvm.x86.sse2.pause"
            builder.call(cgutils.get_or_insert_function(builder.module, function_type, name), [])
        return context.get_dummy_value()

    return types.void(), generate


def load(address: int) -> int:
    """The i8 at an aligned address."""
    return int(column(address, 1, np.int64)[0])


def store(address: int, value: int) -> None:
    """Let the i8 at an aligned address be `value`."""
    column(address, 1, np.int64)[0] = value


def pause() -> None:
    """Wait for some tens of nanoseconds, without letting the processor go; on x86-64 alone."""


@overload(load, jit_options=COMPILE_OPTIONS)
def _overloaded_load(address: Any) -> Any:
    def read(address: Any) -> Any:
        return _load(types.uint64(address))

    return read


@overload(store, jit_options=COMPILE_OPTIONS)
def _overloaded_store(address: Any, value: Any) -> Any:
    def write(address: Any, value: Any) -> None:
        _store(types.uint64(address), types.int64(value))

    return write


@overload(pause, jit_options=COMPILE_OPTIONS)
def _overloaded_pause() -> Any:
    def wait() -> None:
        _pause()

    return wait
