"""Call a compiled kernel by the address of its machine code.

Numba links whatever a kernel calls into that kernel and optimises all of it anew, at every level of
calls. What is large and rarely called, such as an exchange, is better compiled once, by itself:
those who call it by its address are compiled in seconds, and a call costs a few nanoseconds.
"""

from collections.abc import Callable
from typing import Any

import numba
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic, overload

from hft_gym.kernel.jit import COMPILE_OPTIONS, compiled_for


def machine_code_of(kernel: Any, *arguments: Any) -> int:
    """Address of the machine code of a kernel for such arguments; compiled, or read from the cache.

    0 where the compiler is off. It is true for as long as the process lives.

    Args:
        kernel: a function decorated with `hft_gym.kernel.jit.kernel` that returns nothing.
        arguments: of the very types with which it will be called.

    Raises:
        TypeError: the kernel returns something.
    """
    if numba.config.DISABLE_JIT:
        return 0
    compiled = compiled_for(kernel, *arguments)
    if compiled.signature.return_type != types.none:
        raise TypeError(f"{kernel.__name__} returns {compiled.signature.return_type}, not nothing")
    return int(compiled.library.get_pointer_to_function(compiled.fndesc.llvm_func_name))


@intrinsic
def call_code(typing_context: Any, address: Any, arguments: Any) -> Any:
    """Call machine code at a u8 address; the caller answers for the types of the arguments."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        convention = context.call_conv
        function_type = convention.get_function_type(types.none, arguments.types)
        code = builder.inttoptr(args[0], function_type.as_pointer())
        values = cgutils.unpack_tuple(builder, args[1], len(arguments.types))
        status, _ = convention.call_function(builder, code, types.none, arguments.types, values)
        with cgutils.if_unlikely(builder, status.is_error):
            convention.return_status_propagate(builder, status)
        return context.get_dummy_value()

    return types.none(types.uint64, arguments), generate


def call_at(address: int, kernel: Callable[..., None], arguments: tuple) -> None:
    """Call what `machine_code_of` has found.

    Args:
        address: of the machine code.
        kernel: the same function, which plain Python calls instead.
        arguments: a tuple, of the very types that the code is for.

    Raises:
        numba.errors.TypingError: no code was made for such types, when the caller is compiled.
    """
    kernel(*arguments)


@overload(call_at, jit_options=COMPILE_OPTIONS)
def _overloaded_call(address: Any, kernel: Any, arguments: Any) -> Any:
    known = kernel.dispatcher.overloads
    if known and tuple(arguments.types) not in known:  # none: another process compiles it
        name = kernel.dispatcher.py_func.__name__
        raise TypingError(f"{name} has no machine code for {arguments.types}: ask for it before")

    def call(address: Any, kernel: Any, arguments: Any) -> Any:
        call_code(types.uint64(address), arguments)

    return call
