"""Look at 32 whole numbers at once: the bits of one number say which lie in given ranges."""

import ctypes
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from hft_gym.kernel.jit import COMPILE_OPTIONS, kernel

LANES = 32  # numbers looked at together
_ONE = np.uint64(1)
_I32 = ir.IntType(32)
_VECTOR = ir.VectorType(_I32, LANES)


def _all(builder: Any, value: Any) -> Any:
    """A vector that holds one value in every lane."""
    first = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), value, _I32(0))
    zeros = ir.Constant(_VECTOR, [0] * LANES)
    return builder.shuffle_vector(first, ir.Constant(_VECTOR, ir.Undefined), zeros)


@intrinsic
def _lanes_within(
    typing_context: Any, address: Any, below: Any, above: Any, one: Any, other: Any
) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = builder.inttoptr(args[0], _VECTOR.as_pointer())
        numbers = builder.load(pointer)
        numbers.align = 4
        found = builder.or_(
            builder.icmp_signed("<=", numbers, _all(builder, args[1])),
            builder.icmp_signed(">=", numbers, _all(builder, args[2])),
        )
        for bounds in args[3:]:
            low, high = (_all(builder, builder.extract_value(bounds, k)) for k in range(2))
            inside = builder.and_(
                builder.icmp_signed(">=", numbers, low), builder.icmp_signed("<=", numbers, high)
            )
            found = builder.or_(found, inside)
        return builder.zext(builder.bitcast(found, _I32), ir.IntType(64))

    number, pair = types.int32, types.UniTuple(types.int32, 2)
    return types.uint64(types.uint64, number, number, pair, pair), generate


def lanes_within(
    address: int, below: int, above: int, one: tuple[int, int], other: tuple[int, int]
) -> int:
    """Bits of those of the `LANES` i4 at `address` that are <= below, >= above, or in a range.

    Args:
        address: of the first number; all of them must be readable.
        below: bit set where number <= below.
        above: bit set where number >= above.
        one: bit set where one[0] <= number <= one[1].
        other: the same for a second range.
    """
    memory = (ctypes.c_char * (4 * LANES)).from_address(int(address))
    numbers = np.frombuffer(memory.raw, np.int32)
    found = (numbers <= below) | (numbers >= above)
    for low, high in (one, other):
        found |= (low <= numbers) & (numbers <= high)
    return int(np.packbits(found, bitorder="little").view(np.uint32)[0])


@overload(lanes_within, jit_options=COMPILE_OPTIONS)
def _overloaded(address: Any, below: Any, above: Any, one: Any, other: Any) -> Any:
    def look(address: Any, below: Any, above: Any, one: Any, other: Any) -> Any:
        return _lanes_within(
            types.uint64(address),
            types.int32(below),
            types.int32(above),
            (types.int32(one[0]), types.int32(one[1])),
            (types.int32(other[0]), types.int32(other[1])),
        )

    return look


@kernel
def first_bits(bits: Any, count: int) -> Any:
    """The lowest `count` bits, fewer than 64, of some."""
    return bits & ((_ONE << np.uint64(count)) - _ONE)


@kernel
def without_lowest(bits: Any) -> Any:
    """All bits but the lowest one that is set."""
    return bits & (bits - _ONE)


@intrinsic
def _lowest_bit(typing_context: Any, bits: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.IntType(1)(0))

    return types.int64(types.uint64), generate


def lowest_bit(bits: int) -> int:
    """Place of the lowest bit that is set; 64 where none is."""
    bits = int(bits)
    return (bits & -bits).bit_length() - 1 if bits else 64


@overload(lowest_bit, jit_options=COMPILE_OPTIONS)
def _overloaded_bit(bits: Any) -> Any:
    def look(bits: Any) -> Any:
        return _lowest_bit(types.uint64(bits))

    return look
