"""Work on 16 whole numbers (i4) at once; the bits of one number say which of them are meant."""

import ctypes
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload
from numpy.typing import NDArray

from hft_gym.kernel.jit import COMPILE_OPTIONS, kernel

LANES = 16  # numbers looked at together
WIDE = 32  # numbers written together
_ONE = np.uint64(1)
_I1, _I32, _I64 = ir.IntType(1), ir.IntType(32), ir.IntType(64)


def _vector_at(builder: Any, address: Any, count: int) -> Any:
    """The i4 numbers at an address."""
    vector = ir.VectorType(_I32, count)
    pointer = builder.inttoptr(address, vector.as_pointer())
    numbers = builder.load(pointer)
    numbers.align = 4
    return numbers


def _all(builder: Any, value: Any, count: int) -> Any:
    """A vector that holds one i4 in every lane."""
    vector = ir.VectorType(_I32, count)
    nothing = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(nothing, value, _I32(0))
    zeros = ir.Constant(ir.VectorType(_I32, count), [0] * count)
    return builder.shuffle_vector(first, nothing, zeros)


def _bits(builder: Any, found: Any) -> Any:
    """One bit a lane as one u8."""
    return builder.zext(builder.bitcast(found, ir.IntType(found.type.count)), _I64)


def _lanes_of(builder: Any, bits: Any) -> Any:
    """One bit a lane out of a u8."""
    return builder.bitcast(builder.trunc(bits, ir.IntType(LANES)), ir.VectorType(_I1, LANES))


def _sum_of(builder: Any, numbers: Any) -> Any:
    """The sum of the lanes of a vector."""
    lane = numbers.type.element
    name = f"llvm.vector.reduce.add.v{numbers.type.count}i{lane.width}"
    kind = ir.FunctionType(lane, [numbers.type])
    add = cgutils.get_or_insert_function(builder.module, kind, name)
    return builder.call(add, [numbers])


def _numbers(address: int, count: int = LANES) -> NDArray[np.int32]:
    """The same to plain Python."""
    memory = (ctypes.c_char * (4 * count)).from_address(int(address))
    return np.frombuffer(memory.raw, np.int32)


def _as_number(found: NDArray[np.bool_]) -> int:
    return int(np.packbits(found, bitorder="little").view(np.uint16)[0])


@intrinsic
def _lanes_beyond(typing_context: Any, address: Any, below: Any, above: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        numbers = _vector_at(builder, args[0], LANES)
        low = builder.icmp_signed("<=", numbers, _all(builder, args[1], LANES))
        high = builder.icmp_signed(">=", numbers, _all(builder, args[2], LANES))
        return _bits(builder, builder.or_(low, high))

    return types.uint64(types.uint64, types.int32, types.int32), generate


def lanes_beyond(address: int, below: int, above: int) -> int:
    """Bits of those of the `LANES` i4 at `address` that are <= below or >= above."""
    numbers = _numbers(address)
    return _as_number((numbers <= below) | (numbers >= above))


@overload(lanes_beyond, jit_options=COMPILE_OPTIONS)
def _overloaded_beyond(address: Any, below: Any, above: Any) -> Any:
    def look(address: Any, below: Any, above: Any) -> Any:
        return _lanes_beyond(types.uint64(address), types.int32(below), types.int32(above))

    return look


@intrinsic
def _lanes_within(typing_context: Any, address: Any, low: Any, high: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        numbers = _vector_at(builder, args[0], LANES)
        over = builder.icmp_signed(">=", numbers, _all(builder, args[1], LANES))
        under = builder.icmp_signed("<=", numbers, _all(builder, args[2], LANES))
        return _bits(builder, builder.and_(over, under))

    return types.uint64(types.uint64, types.int32, types.int32), generate


def lanes_within(address: int, low: int, high: int) -> int:
    """Bits of those of the `LANES` i4 at `address` that are low <= number <= high."""
    numbers = _numbers(address)
    return _as_number((low <= numbers) & (numbers <= high))


@overload(lanes_within, jit_options=COMPILE_OPTIONS)
def _overloaded_within(address: Any, low: Any, high: Any) -> Any:
    def look(address: Any, low: Any, high: Any) -> Any:
        return _lanes_within(types.uint64(address), types.int32(low), types.int32(high))

    return look


@intrinsic
def _losses_of_older(
    typing_context: Any, at: Any, places: Any, keys: Any, numbers: Any, place: Any, key: Any
) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        bits, places, keys, numbers, place, key = args
        here = builder.icmp_signed(
            "==", _vector_at(builder, places, LANES), _all(builder, place, LANES)
        )
        older = builder.icmp_signed(
            "<", _vector_at(builder, keys, LANES), _all(builder, key, LANES)
        )
        meant = builder.and_(builder.and_(here, older), _lanes_of(builder, bits))
        zeros = _all(builder, _I32(0), LANES)
        counted = builder.select(meant, _vector_at(builder, numbers, LANES), zeros)
        losses = builder.select(builder.icmp_signed("<", counted, zeros), counted, zeros)
        wide = builder.sext(losses, ir.VectorType(_I64, LANES))
        return builder.neg(_sum_of(builder, wide))

    address, number = types.uint64, types.int32
    return types.int64(types.uint64, address, address, address, number, number), generate


def losses_of_older(bits: int, places: int, keys: int, moves: int, place: int, key: int) -> int:
    """What left a place of those that came before a key: the sum of -move over the rows meant.

    Args:
        bits: the rows that count.
        places: address of `LANES` i4, where each row moves lots.
        keys: address of `LANES` i4, whose lots they are.
        moves: address of `LANES` i4, the lots; rows that bring some do not count.
        place: where to look.
        key: of the first who does not count.
    """
    lanes = (int(bits) >> np.arange(LANES)) & 1 == 1
    lots = _numbers(moves)
    meant = lanes & (_numbers(places) == place) & (_numbers(keys) < key) & (lots < 0)
    return -int(lots[meant].sum(dtype=np.int64))


@overload(losses_of_older, jit_options=COMPILE_OPTIONS)
def _overloaded_older(bits: Any, places: Any, keys: Any, moves: Any, place: Any, key: Any) -> Any:
    def look(bits: Any, places: Any, keys: Any, moves: Any, place: Any, key: Any) -> Any:
        return _losses_of_older(
            types.uint64(bits),
            types.uint64(places),
            types.uint64(keys),
            types.uint64(moves),
            types.int32(place),
            types.int32(key),
        )

    return look


@intrinsic
def _moved(
    typing_context: Any,
    out: Any,
    start: Any,
    places: Any,
    moves: Any,
    count: Any,
    first: Any,
    mask: Any,
) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        out, start, places, moves, count, first, mask = args
        lanes = ir.Constant(ir.VectorType(_I32, LANES), list(range(LANES)))
        meant = builder.icmp_signed("<", lanes, _all(builder, count, LANES))
        zeros = _all(builder, _I32(0), LANES)
        lots = builder.select(meant, _vector_at(builder, moves, LANES), zeros)
        masked = builder.and_(_vector_at(builder, places, LANES), _all(builder, mask, LANES))
        targets = builder.sub(masked, _all(builder, first, LANES))
        numbers = _vector_at(builder, start, WIDE)
        wide_lanes = ir.Constant(ir.VectorType(_I32, WIDE), list(range(WIDE)))
        nothing = _all(builder, _I32(0), WIDE)
        for k in range(LANES):
            target = _all(builder, builder.extract_element(targets, _I32(k)), WIDE)
            lot = _all(builder, builder.extract_element(lots, _I32(k)), WIDE)
            here = builder.icmp_signed("==", wide_lanes, target)
            numbers = builder.add(numbers, builder.select(here, lot, nothing))
        pointer = builder.inttoptr(out, numbers.type.as_pointer())
        builder.store(numbers, pointer, align=4)
        return _bits(builder, builder.icmp_signed(">", numbers, nothing))

    address, number = types.uint64, types.int32
    return types.uint64(address, address, address, address, number, number, number), generate


def add_moves(
    out: int, start: int, places: int, moves: int, count: int, first: int, mask: int
) -> int:
    """Write to `out` the `WIDE` i4 at `start` after some moves; bits of those above 0.

    Args:
        out: address to write to.
        start: address of the numbers before, those of the places from `first` on.
        places: address of `LANES` i4, the place of each move under `mask`.
        moves: address of `LANES` i4, by which that place grows.
        count: of the moves that are made.
        first: place of the first number; moves elsewhere change nothing.
        mask: bits of a place.
    """
    numbers = _numbers(start, WIDE).copy()
    for place, lots in zip(_numbers(places)[:count], _numbers(moves), strict=False):
        at = (int(place) & int(mask)) - int(first)
        if 0 <= at < WIDE:
            numbers[at] += lots
    ctypes.memmove(int(out), numbers.ctypes.data, numbers.nbytes)
    return int(np.packbits(numbers > 0, bitorder="little").view(np.uint32)[0])


@overload(add_moves, jit_options=COMPILE_OPTIONS)
def _overloaded_moves(
    out: Any, start: Any, places: Any, moves: Any, count: Any, first: Any, mask: Any
) -> Any:
    def write(
        out: Any, start: Any, places: Any, moves: Any, count: Any, first: Any, mask: Any
    ) -> Any:
        return _moved(
            types.uint64(out),
            types.uint64(start),
            types.uint64(places),
            types.uint64(moves),
            types.int32(count),
            types.int32(first),
            types.int32(mask),
        )

    return write


@intrinsic
def _moved_at(
    typing_context: Any, places: Any, moves: Any, count: Any, place: Any, mask: Any
) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        places, moves, count, place, mask = args
        lanes = ir.Constant(ir.VectorType(_I32, LANES), list(range(LANES)))
        counted = builder.icmp_signed("<", lanes, _all(builder, count, LANES))
        masked = builder.and_(_vector_at(builder, places, LANES), _all(builder, mask, LANES))
        here = builder.icmp_signed("==", masked, _all(builder, place, LANES))
        zeros = _all(builder, _I32(0), LANES)
        meant = builder.and_(counted, here)
        lots = builder.select(meant, _vector_at(builder, moves, LANES), zeros)
        return builder.sext(_sum_of(builder, lots), _I64)

    address, number = types.uint64, types.int32
    return types.int64(address, address, number, number, number), generate


def moved_at(places: int, moves: int, count: int, place: int, mask: int) -> int:
    """By how much a place grows: the sum of those of the first `count` moves that are made there.

    Args:
        places: address of `LANES` i4, the place of each move under `mask`.
        moves: address of `LANES` i4, by which that place grows.
        count: of the moves that are made.
        place: where to look.
        mask: bits of a place.
    """
    here = (_numbers(places)[:count] & int(mask)) == place
    return int(_numbers(moves)[:count][here].sum(dtype=np.int64))


@overload(moved_at, jit_options=COMPILE_OPTIONS)
def _overloaded_at(places: Any, moves: Any, count: Any, place: Any, mask: Any) -> Any:
    def look(places: Any, moves: Any, count: Any, place: Any, mask: Any) -> Any:
        return _moved_at(
            types.uint64(places),
            types.uint64(moves),
            types.int32(count),
            types.int32(place),
            types.int32(mask),
        )

    return look


@kernel
def first_bits(bits: Any, count: int) -> Any:
    """The lowest `count` bits, fewer than 64, of some."""
    return bits & ((_ONE << np.uint64(count)) - _ONE)


@kernel
def bits_from(bits: Any, first: int) -> Any:
    """The bits of some from place `first`, below 64, on."""
    return (bits >> np.uint64(first)) << np.uint64(first)


@kernel
def without_lowest(bits: Any) -> Any:
    """All bits but the lowest one that is set."""
    return bits & (bits - _ONE)


@intrinsic
def _lowest_bit(typing_context: Any, bits: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], _I1(0))

    return types.int64(types.uint64), generate


def lowest_bit(bits: int) -> int:
    """Place of the lowest bit that is set; 64 where none is."""
    bits = int(bits)
    return (bits & -bits).bit_length() - 1 if bits else 64


@overload(lowest_bit, jit_options=COMPILE_OPTIONS)
def _overloaded_lowest(bits: Any) -> Any:
    def look(bits: Any) -> Any:
        return _lowest_bit(types.uint64(bits))

    return look


@intrinsic
def _highest_bit(typing_context: Any, bits: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.sub(_I64(63), builder.ctlz(args[0], _I1(0)))

    return types.int64(types.uint64), generate


def highest_bit(bits: int) -> int:
    """Place of the highest bit that is set; -1 where none is."""
    return int(bits).bit_length() - 1


@overload(highest_bit, jit_options=COMPILE_OPTIONS)
def _overloaded_highest(bits: Any) -> Any:
    def look(bits: Any) -> Any:
        return _highest_bit(types.uint64(bits))

    return look
