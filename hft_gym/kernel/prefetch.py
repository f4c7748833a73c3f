"""Ask for memory before it is needed, so that it is near when its turn comes."""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload

from hft_gym.kernel.jit import COMPILE_OPTIONS


@intrinsic
def _prefetch(typing_context: Any, address: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer, word = cgutils.voidptr_t, ir.IntType(32)
        function_type = ir.FunctionType(ir.VoidType(), [pointer, word, word, word])
        name = "llvm.prefetch.p0"
        function = cgutils.get_or_insert_function(builder.module, function_type, name)
        place = builder.inttoptr(args[0], pointer)
        read, keep, data = word(0), word(3), word(1)
        builder.call(function, [place, read, keep, data])
        return context.get_dummy_value()

    return types.void(types.uint64), generate


def prefetch(address: int | np.uint64) -> None:
    """Bring the line of memory at `address` near; any address will do, nothing is read."""


@overload(prefetch, jit_options=COMPILE_OPTIONS)
def _overloaded(address: Any) -> Any:
    def ask(address: Any) -> None:
        _prefetch(types.uint64(address))

    return ask
